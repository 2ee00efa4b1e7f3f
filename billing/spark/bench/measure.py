"""The Spark job beside the plain filter: the same bytes, and what they cost.

Compared are
  plain     `ledgerly price - --filter` from the book's file into a file, alone on this machine;
  job       the same book through the job on a cluster of two executors with a core each, in a
            fresh session: from the call of `price` to the manifest, all processes of it;
  pipe      of the job, what is not Spark's JVMs: the binary, and the Python that feeds it, reads
            it, and drives the job.
The JVMs start cold, whatever the book's size; so the job is run on a tenth of the book as well, and
`more` is what the rest of the book has cost. Then an executor is killed by SIGKILL in each stage;
that run is not measured, but its bytes are compared like those of the others: the lines of all
parts, sorted, against those of the plain filter.
"""

from __future__ import annotations

import argparse
import multiprocessing
import os
import shutil
import subprocess
import sys
from concurrent.futures import ProcessPoolExecutor
from contextlib import nullcontext
from dataclasses import dataclass
from pathlib import Path

from books import write_repeated
from cost import Cost, of_child, of_job
from killer import Killer
from pyspark.sql import SparkSession

from ledgerly_spark import Book, Manifest, Program, price
from ledgerly_spark.contract import MARK

# What the pipe may cost of the plain filter's CPU, for a book beside which its start is little.
PIPE_MAX = 1.5
JUDGED_MIN = 10_000_000


@dataclass(frozen=True)
class Ran:
    """What became of a job."""

    cost: Cost
    priced: int
    splits: int
    killed: int


@dataclass(frozen=True)
class Bench:
    """A book, and what it is priced by."""

    binary: str
    folder: Path
    invoices: int
    through_spark: bool

    @property
    def book(self) -> Path:
        """Give the book's file."""
        return self.folder / "book.ndjson"

    @property
    def plain(self) -> Path:
        """Give the file of the plain filter's results."""
        return self.folder / "plain.ndjson"

    @property
    def totals(self) -> list[Path]:
        """List the files of the job's results."""
        return sorted((self.folder / "out/totals").glob("part-*"))

    def price_plainly(self) -> Cost:
        """Price the book in one process."""
        command = [self.binary, "price", "-", "--filter", "--input-format", "ndjson"]
        with self.book.open("rb") as source, self.plain.open("wb") as out:
            return of_child(lambda: subprocess.run(command, stdin=source, stdout=out, check=True))

    def price_on_spark(self, is_killed: bool) -> Ran:
        """Price the book on a cluster of its own."""
        output = str(self.folder / "out")
        shutil.rmtree(output, ignore_errors=True)
        spark = session(self.folder)
        found: list[Manifest] = []
        killer = Killer(spark) if is_killed else None
        book = Book([str(self.book)], output, through_spark=self.through_spark)

        def run() -> None:
            with killer or nullcontext():
                program = Program.ship(spark.sparkContext, self.binary, ("price",), {})
                found.append(price(spark, book, program))

        cost = of_job(run)
        spark.stop()
        killed = len(killer.killed) if killer else 0
        return Ran(cost, found[0].priced, len(found[0].splits), killed)

    def compared(self, is_killed: bool) -> Ran:
        """Price the book on Spark, in a process that begins with nothing; refuse other bytes."""
        context = multiprocessing.get_context("spawn")
        with ProcessPoolExecutor(1, context) as processes:
            ran = processes.submit(self.price_on_spark, is_killed).result()
        if sorted_digest(self.totals) != sorted_digest([self.plain]):
            sys.exit(f"the bytes of {self.invoices} invoices DIFFER from the plain filter's")
        return ran

    def measured(self) -> tuple[Cost, Ran]:
        """Measure both, the plain filter before and after: a busy machine is so for both."""
        if not self.book.exists():
            self.folder.mkdir(parents=True, exist_ok=True)
            write_repeated(self.book, self.invoices)
        before = self.price_plainly()
        ran = self.compared(is_killed=False)
        return before.mean(self.price_plainly()), ran


def session(folder: Path) -> SparkSession:
    """Start a cluster of two executors on this machine."""
    os.environ["PYSPARK_PYTHON"] = sys.executable
    os.environ["SPARK_WORKER_DIR"] = str(folder / "worker")
    spark = (
        SparkSession.builder.master("local-cluster[2,1,1024]")
        .config("spark.ui.enabled", False)
        .config("spark.local.dir", str(folder / "local"))
        .config("spark.task.maxFailures", 8)
        .config("spark.deploy.maxExecutorRetries", -1)
        .getOrCreate()
    )
    spark.sparkContext.setLogLevel("OFF")
    return spark


def sorted_digest(paths: list[Path]) -> str:
    """Hash the sorted results in files, without the records that are none."""
    environment = {**os.environ, "LC_ALL": "C"}
    mark = MARK.decode()
    script = f"""cat "$@" | grep -v -F '{mark}' | sort --buffer-size=2G | sha256sum"""
    command = ["bash", "-o", "pipefail", "-c", script, "sort", *map(str, paths)]
    done = subprocess.run(command, check=True, capture_output=True, text=True, env=environment)
    return done.stdout.split()[0]


def told(name: str, cost: Cost, than: Cost) -> None:
    """Print what a run has cost."""
    print(
        f"{name:12} {cost.wall:6.1f} s wall {cost.cpu:6.1f} s CPU: JVMs {cost.java:.1f},"
        f" Python {cost.python:.1f}, binary {cost.binary:.1f}"
        f"; {cost.cpu / than.cpu:.2f} of plain, pipe {cost.pipe / than.cpu:.2f}"
    )


def main() -> int:
    """Measure."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--binary", required=True)
    parser.add_argument("--work", type=Path, required=True)
    parser.add_argument("--invoices", type=int, default=10_000_000)
    parser.add_argument("--through-spark", action="store_true", help="each line through Spark")
    parser.add_argument("--keep", action="store_true", help="leave the books for another run")
    options = parser.parse_args()
    tenth, whole = (
        Bench(options.binary, options.work / str(count), count, options.through_spark)
        for count in (options.invoices // 10, options.invoices)
    )
    plain_tenth, small = tenth.measured()
    plain, large = whole.measured()
    megabytes = whole.book.stat().st_size / 1e6
    print(f"{large.priced} invoices, {megabytes:.0f} MB, {large.splits} splits;", end=" ")
    print("the same bytes, sorted, in every run")
    told("plain", plain, plain)
    told("a tenth", small.cost, plain_tenth)
    told("job", large.cost, plain)
    told("more", large.cost.minus(small.cost), plain.minus(plain_tenth))
    print(f"throughput   {large.priced / large.cost.wall:,.0f} invoices a second")
    again = whole.compared(is_killed=True)
    print(
        f"killed       {again.killed} executors, one a stage: {again.priced} priced, the same bytes"
    )
    ratio = large.cost.pipe / plain.cpu
    is_judged = options.invoices >= JUDGED_MIN
    allowed = f"{PIPE_MAX} is allowed" if is_judged else f"judged from {JUDGED_MIN:,} invoices on"
    print(f"verdict      the pipe costs {ratio:.2f} of the plain filter; {allowed}")
    if not options.keep:
        shutil.rmtree(options.work)
    return 1 if is_judged and ratio > PIPE_MAX else 0


if __name__ == "__main__":
    sys.exit(main())
