"""How the records of a split reach the binary's standard input."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator
from typing import IO, Protocol

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.csv as pa_csv

from ledgerly_spark.ranges import Range, send


class Feed(Protocol):
    """Writes the records of a split; returns how many bytes, where the binary counts them."""

    def __call__(self, batches: Iterator[pa.RecordBatch], out: IO[bytes]) -> int | None:
        """Write all records in `batches` to `out`."""


def lines(batches: Iterator[pa.RecordBatch], out: IO[bytes]) -> int:
    """Write the lines in the one column, each with its line end; no line is touched in Python."""
    written = 0
    for batch in batches:
        column = batch.column(0).cast(pa.string())
        ends = pa.array([0, len(column)], pa.int32())
        joined = pc.binary_join(pa.ListArray.from_arrays(ends, column), "\n")[0].as_buffer()
        out.write(joined)
        out.write(b"\n")
        written += joined.size + 1
    return written


def columns(batches: Iterator[pa.RecordBatch], out: IO[bytes]) -> None:
    """Write an Arrow stream; its end mark comes only when all batches were written."""
    writer: pa.RecordBatchStreamWriter | None = None
    for batch in map(without_own, batches):
        if writer is None:
            writer = pa.ipc.new_stream(out, batch.schema)
        writer.write_batch(batch)
    if writer is not None:
        writer.close()


def rows(batches: Iterator[pa.RecordBatch], out: IO[bytes]) -> int:
    """Write CSV: columns of texts under their header, whatever columns the book has."""
    written = 0
    for batch in map(without_own, batches):
        if written == 0:
            header = io.StringIO()
            csv.writer(header, lineterminator="\n").writerow(batch.schema.names)
            written += out.write(header.getvalue().encode())
        written += out.write(csv_of(batch))
    return written


def csv_of(batch: pa.RecordBatch) -> pa.Buffer:
    """Write rows as text; quotes, which cost the binary time, only where they are needed."""
    for quotes in ("none", "needed"):
        text = pa.BufferOutputStream()
        options = pa_csv.WriteOptions(include_header=False, quoting_style=quotes)
        try:
            pa_csv.write_csv(batch, text, options)
        except pa.ArrowInvalid:
            # A cell holds a comma, a quote or a line end.
            continue
        return text.getvalue()
    raise ValueError("a row cannot be written as CSV")


def without_own(batch: pa.RecordBatch) -> pa.RecordBatch:
    """Leave out the columns that the job has added for itself."""
    return batch.select([name for name in batch.schema.names if not name.startswith("_")])


def ranges(batches: Iterator[pa.RecordBatch], out: IO[bytes]) -> int:
    """Write the lines of parts of files, from file to pipe inside the kernel."""
    written = 0
    for batch in batches:
        for row in batch.to_pylist():
            written += send(Range(**row), out)
    return written
