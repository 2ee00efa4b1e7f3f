"""Splits that go from a file into a file: no result passes through Python or Spark.

Where executors open the book's files by themselves, and the output stands on a file system that all
of them see, the binary reads its part of the book and writes the results where they belong. Python
looks at the end of them alone. Every attempt has files of its own, and only those whose receipt
arrives are taken.
"""

from __future__ import annotations

import functools
import json
import os
import socket
import subprocess
import tempfile
import uuid
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import IO, Any

from pyspark import SparkContext

from ledgerly_spark.contract import DONE, END, MARK, SHOWN_CHARS, Form, summary_of
from ledgerly_spark.errors import NotWholeError
from ledgerly_spark.program import Program
from ledgerly_spark.ranges import Range, lines_of, send
from ledgerly_spark.receipt import Receipt

# The records at the end of an output are sought in so many bytes, and in twice as many if need be.
TAIL_BYTES = 64 * 1024


def filter_ranges(
    context: SparkContext, parts: Sequence[Range], program: Program, folder: str, form: Form
) -> list[Receipt]:
    """Run the binary over parts of files; each leaves its results in `folder`."""
    count = max(len(parts), 1)
    run = functools.partial(filtered, program=program, folder=folder, form=form)
    found = context.parallelize(parts, count).mapPartitionsWithIndex(run).collect()
    return [Receipt.of_json(text) for text in found]


def filtered(
    split: int, parts: Iterator[Range], program: Program, folder: str, form: Form
) -> Iterator[str]:
    """Run the binary over a split; give its receipt when all of it has come out."""
    attempt = Path(folder) / f"{split:05}-{uuid.uuid4().hex}"
    # To its end: Spark uses a worker again only when it has read all that it was sent.
    [*handed_out] = parts
    if not handed_out:
        yield Receipt.of_nothing(split, program.sha256).to_json()
        return
    for path in (folder, handed_out[0].path):
        if not os.path.exists(path):
            raise NotWholeError(
                f"{path} is not there on {socket.gethostname()}"
                " (name a file system that all machines of the cluster see)"
            )
    command = program.command()
    rejects = attempt.with_suffix(".rejects")
    if form is not Form.SUMS:
        command += ["--rejects", str(rejects)]
    with attempt.open("w+b") as results:
        results.write(form.header)
        results.flush()
        fed = run(command, handed_out[0], results)
        receipt = verified(results, rejects, fed, form, Receipt.of_nothing(split, program.sha256))
    yield receipt.with_file(attempt.name).to_json()


def run(command: list[str], part: Range, results: IO[bytes]) -> int:
    """Let the binary read a part of a file; refuse an end that is none. Give how much there was."""
    start, end, lacks_end = lines_of(part)
    with open(part.path, "rb", buffering=0) as book, tempfile.TemporaryFile() as stderr:
        if lacks_end:
            process = subprocess.Popen(
                command, stdin=subprocess.PIPE, stdout=results, stderr=stderr
            )
            fed = pumped(process, part)
        else:
            book.seek(start)
            reading = [*command, "--input-bytes", str(end - start)]
            process = subprocess.Popen(reading, stdin=book, stdout=results, stderr=stderr)
            fed = end - start
        code = process.wait()
        if code not in DONE or fed is None:
            stderr.seek(0)
            said = stderr.read().decode(errors="replace")[-SHOWN_CHARS:]
            raise NotWholeError(f"the binary ended with {code}: {said}")
        return fed


def pumped(process: subprocess.Popen[bytes], part: Range) -> int | None:
    """Write a part of a file to the binary; nothing when it ended before it had read everything."""
    assert process.stdin is not None
    try:
        fed = send(part, process.stdin)
        process.stdin.close()
        return fed
    except BrokenPipeError:
        return None
    except BaseException:
        # The input ends in the middle, so the binary must not come to its end.
        process.kill()
        process.wait()
        raise


def verified(results: IO[bytes], rejects: Path, fed: int, form: Form, split: Receipt) -> Receipt:
    """Hold the output's last record against the files and what was fed; leave results alone."""
    records, start = records_at_end(results)
    if not records or not records[-1].startswith(END):
        raise NotWholeError("the binary's output has no record at its end: it was cut short")
    end: dict[str, Any] = json.loads(records[-1])
    length = results.seek(0, os.SEEK_END)
    expected = len(form.header) + end["output"]["bytes"] + len(records[-1])
    if length != expected:
        raise NotWholeError(f"the binary wrote {expected} bytes, and the file has {length}")
    if fed != end["input"]["bytes"]:
        raise NotWholeError(f"{fed} bytes were sent, {end['input']['bytes']} were read")
    if form is Form.SUMS:
        return Receipt.of_end(end, split.split, split.binary, length)
    if lines_in(rejects) != end["rejected"]:
        raise NotWholeError(f"{end['rejected']} invoices were rejected, and not all were written")
    os.ftruncate(results.fileno(), start)
    summary = summary_of(records[0]) if len(records) > 1 else None
    return Receipt.of_end(end, split.split, split.binary, start, summary)


def records_at_end(results: IO[bytes]) -> tuple[list[bytes], int]:
    """Read the lines at the end that are no results; give them, and where they begin."""
    length = results.seek(0, os.SEEK_END)
    step = TAIL_BYTES
    while True:
        begin = max(length - step, 0)
        results.seek(begin)
        lines = results.read().splitlines(keepends=True)
        if begin > 0:
            # The first line may have begun before.
            lines = lines[1:]
        if lines and not lines[-1].endswith(b"\n"):
            return [], length
        records: list[bytes] = []
        while lines and lines[-1].startswith(MARK):
            records.insert(0, lines.pop())
        if lines or begin == 0:
            return records, length - sum(map(len, records))
        step *= 2


def lines_in(path: Path) -> int:
    """Count the lines of a file that may be large."""
    with path.open("rb") as file:
        return sum(block.count(b"\n") for block in iter(lambda: file.read(1 << 20), b""))


def arrange(receipts: Sequence[Receipt], attempts: Path, places: dict[str, Path]) -> None:
    """Give the files of the attempts that count their names; the others stay behind."""
    for place in places.values():
        place.mkdir(parents=True, exist_ok=True)
    for receipt in receipts:
        if receipt.file is None:
            continue
        name = f"part-{receipt.split:05}"
        for suffix, place in places.items():
            file = attempts / (receipt.file + suffix)
            if file.stat().st_size > 0:
                file.rename(place / name)
