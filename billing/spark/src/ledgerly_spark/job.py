"""Pricing a book: filter each split, verify the counts, and only then let the output appear."""

from __future__ import annotations

import functools
import subprocess
import tempfile
import uuid
import zipfile
from collections.abc import Sequence
from pathlib import Path

from pyspark import SparkContext
from pyspark.sql import DataFrame, SparkSession

from ledgerly_spark import direct, manifest, split
from ledgerly_spark.book import Book
from ledgerly_spark.contract import Form
from ledgerly_spark.errors import NotWholeError, UsageError
from ledgerly_spark.files import Files
from ledgerly_spark.manifest import Manifest
from ledgerly_spark.program import Program
from ledgerly_spark.reading import Splits, read
from ledgerly_spark.receipt import Receipt, are_apart, verify
from ledgerly_spark.staged import LINES, ROWS, Staged

# In which form of the binary's output each format is made.
FORMATS = {
    "ndjson": Form.LINES,
    "csv": Form.CSV,
    "parquet": Form.ROWS,
}


def price(spark: SparkSession, book: Book, program: Program) -> Manifest:
    """Price `book` into a folder with totals, rejects and a manifest; all of it, or nothing."""
    if book.output_format not in FORMATS:
        raise UsageError(f"{book.output_format} is none of {', '.join(FORMATS)}")
    files = Files.of(spark, book.output)
    if files.exists(book.output):
        raise UsageError(f"{book.output} is there already (name a folder that is not)")
    staging = f"{book.output.rstrip('/')}.{uuid.uuid4().hex}.partial"
    staged = Staged(spark, files, f"{staging}/staged", FORMATS[book.output_format])
    try:
        splits = read(spark, book)
        receipts = filter_splits(splits, program, staged)
        verified(receipts, staged, splits)
        publish(staged, f"{staging}/whole")
        summaries = [receipt.summary for receipt in receipts if receipt.summary]
        if summaries:
            files.write(f"{staging}/whole/summary.json", added_up(summaries, program))
        found = Manifest.of(receipts, book.source, splits.grouping)
        files.rename(f"{staging}/whole", book.output)
        files.write(f"{book.output}/{manifest.NAME}", found.to_json())
        return found
    finally:
        files.remove(staging)


def filter_splits(splits: Splits, program: Program, staged: Staged) -> list[Receipt]:
    """Run the binary over all splits; what the tasks write counts only when they end well."""
    arguments = (*program.arguments, *splits.arguments, *staged.form.arguments, "-")
    shipped = Program(program.name, program.sha256, arguments, program.files)
    ship_code(staged.spark.sparkContext)
    if splits.parts and staged.local is not None:
        return filter_directly(splits, shipped, staged, staged.local)
    run = functools.partial(split.filtered, program=shipped, feed=splits.feed, form=staged.form)
    frame = splits.frame().mapInArrow(run, LINES if staged.as_lines else ROWS)
    # Kinds are written side by side: sorted by kind, results would lose their order.
    staged.spark.conf.set("spark.sql.maxConcurrentOutputFileWriters", 8)
    writer = frame.write.partitionBy("kind")
    writer.format("text" if staged.as_lines else "parquet").save(staged.folder)
    return [Receipt.of_json(text) for text in staged.texts("receipt")]


def filter_directly(
    splits: Splits, program: Program, staged: Staged, folder: Path
) -> list[Receipt]:
    """Run the binary from files into files, and put in their places those that count."""
    attempts = folder / "attempts"
    attempts.mkdir(parents=True)
    context = staged.spark.sparkContext
    receipts = direct.filter_ranges(context, splits.parts, program, str(attempts), staged.form)
    # Two of one split must not become one file.
    verify(receipts, splits.count)
    kinds = {"": staged.result}
    if staged.form is not Form.SUMS:
        kinds[".rejects"] = "reject"
    places = {suffix: folder / f"kind={kind}" for suffix, kind in kinds.items()}
    direct.arrange(receipts, attempts, places)
    return receipts


def ship_code(context: SparkContext) -> None:
    """Send this package with the job, so that executors need not have it installed."""
    name = __package__ or "ledgerly_spark"
    if any(shipped.endswith(f"{name}.zip") for shipped in context.listFiles):
        return
    package = Path(__file__).parent
    archive = Path(tempfile.mkdtemp()) / f"{name}.zip"
    with zipfile.ZipFile(archive, "w") as out:
        for module in sorted(package.glob("*.py")):
            out.write(module, f"{name}/{module.name}")
    context.addPyFile(str(archive))


def verified(receipts: Sequence[Receipt], staged: Staged, splits: Splits) -> None:
    """Hold what was written against what each split says, before anything of it appears."""
    verify(receipts, splits.count)
    priced = sum(receipt.priced for receipt in receipts)
    rejected = sum(receipt.rejected for receipt in receipts)
    if staged.as_lines:
        expected = sum(receipt.output_bytes for receipt in receipts)
        written = staged.bytes_of_results()
    else:
        expected, written = priced, staged.rows("total").count()
    if written != expected:
        raise NotWholeError(f"the splits gave {expected}, and {written} were written")
    if staged.form is not Form.SUMS and staged.count_of_rejects() != rejected:
        raise NotWholeError(f"{rejected} invoices were rejected, and not all were written")
    if not (splits.keeps_together or are_apart(receipts)):
        refuse_repeated(splits.ids() if staged.form is Form.SUMS else staged.ids())


def refuse_repeated(ids: DataFrame) -> None:
    """Refuse invoices that stand in two places: a part may have been priced as if it were all."""
    repeated = ids.groupBy("invoice_id").count().where("count > 1")
    first = [row["invoice_id"] for row in repeated.orderBy("invoice_id").limit(5).collect()]
    if first:
        raise NotWholeError(
            f"invoices stand in more than one place, such as {', '.join(first)}: bring their rows"
            " together with --repartition, cut the book with ledgerly split, or give each invoice"
            " its own identifier"
        )


def added_up(summaries: Sequence[str], program: Program) -> str:
    """Let the binary add up what the splits come to."""
    command = [program.path(), "summary", "-", "--format", "json"]
    parts = "\n".join(summaries)
    done = subprocess.run(command, input=parts, capture_output=True, text=True, check=False)
    if done.returncode != 0:
        raise NotWholeError(f"the summaries cannot be added up: {done.stderr}")
    return done.stdout


def publish(staged: Staged, folder: str) -> None:
    """Put totals and rejects in their place."""
    files = staged.files
    files.make_folder(folder)
    if staged.as_lines:
        for kind, name in [("total", "totals"), ("reject", "rejects")]:
            if files.exists(staged.of_kind(kind)):
                files.rename(staged.of_kind(kind), f"{folder}/{name}")
            else:
                files.make_folder(f"{folder}/{name}")
        return
    totals = staged.rows("total").select("invoice_id", "total")
    totals.write.parquet(f"{folder}/totals")
    again = staged.spark.read.schema(totals.schema).parquet(f"{folder}/totals").count()
    expected = totals.count()
    if again != expected:
        raise NotWholeError(f"{expected} totals were written, and {again} can be read")
    staged.rows("reject").select("value").write.text(f"{folder}/rejects")
