"""What a change of policy does to a book: each split gives sums, and they add up exactly."""

from __future__ import annotations

import subprocess
import tempfile
import uuid
from pathlib import Path

from pyspark.sql import SparkSession

from ledgerly_spark.book import Book
from ledgerly_spark.contract import Form
from ledgerly_spark.errors import NotWholeError, UsageError
from ledgerly_spark.files import Files
from ledgerly_spark.job import filter_splits, verified
from ledgerly_spark.program import Program
from ledgerly_spark.reading import read
from ledgerly_spark.staged import Staged


def impact(spark: SparkSession, book: Book, program: Program) -> bool:
    """Write the report, as one machine would, as JSON to the file `book.output`.

    Returns whether anything changes.
    """
    files = Files.of(spark, book.output)
    staging = f"{book.output}.{uuid.uuid4().hex}.partial"
    staged = Staged(spark, files, f"{staging}/staged", Form.SUMS)
    try:
        splits = read(spark, book)
        receipts = filter_splits(splits, program, staged)
        verified(receipts, staged, splits)
        report, is_different = merged(staged, program)
        files.write(book.output, report)
        return is_different
    finally:
        files.remove(staging)


def merged(staged: Staged, program: Program) -> tuple[str, bool]:
    """Let the binary add up the sums of all splits."""
    with tempfile.TemporaryDirectory() as folder:
        partials = staged.local_files("partial") if staged.local else []
        texts = [] if staged.local else staged.whole_texts("partial")
        for index, text in enumerate(texts):
            partials.append(Path(folder) / f"{index}.ndjson")
            partials[-1].write_text(text)
        if not partials:
            raise UsageError("the book has no invoice")
        command = [*program.command(), "--merge", "--format", "json", *map(str, partials)]
        done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode not in (0, 1):
        raise NotWholeError(f"the sums cannot be added up: {done.stderr}")
    return done.stdout, done.returncode == 1
