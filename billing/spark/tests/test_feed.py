"""Feeds: every line goes into exactly one split, wherever the splits are cut."""

from __future__ import annotations

import csv
import os
import threading
from pathlib import Path

import pyarrow as pa
import pytest

from ledgerly_spark.feed import columns, lines, rows
from ledgerly_spark.ranges import Range, send
from ledgerly_spark.reading import part_bytes


def sent(part: Range) -> bytes:
    """Take what a range sends through a pipe."""
    reading, writing = os.pipe()
    taken: list[bytes] = []

    def take() -> None:
        with os.fdopen(reading, "rb") as pipe:
            taken.append(pipe.read())

    thread = threading.Thread(target=take)
    thread.start()
    with os.fdopen(writing, "wb") as out:
        count = send(part, out)
    thread.join()
    assert count == len(taken[0])
    return taken[0]


@pytest.mark.parametrize("text", [b"a\nbb\n\nccc\n", b"\n\n\n", b"x" * 40 + b"\ny\n", b"no end"])
def test_ranges_cut_a_file_at_lines_and_lose_none(tmp_path: Path, text: bytes) -> None:
    path = tmp_path / "book.ndjson"
    path.write_bytes(text)
    for length in range(1, len(text) + 2):
        starts = range(0, len(text), length)
        parts = [sent(Range(str(path), start, length)) for start in starts]
        whole = text if text.endswith(b"\n") else text + b"\n"
        assert b"".join(parts) == whole
        assert all(part.endswith(b"\n") for part in parts if part)


def test_lines_of_batches_are_joined_with_their_ends(tmp_path: Path) -> None:
    batches = [pa.RecordBatch.from_pydict({"value": values}) for values in (["a", "", "é"], ["b"])]
    path = tmp_path / "out"
    with path.open("wb") as out:
        assert lines(iter(batches), out) == len("a\n\né\nb\n".encode())
    assert path.read_text() == "a\n\né\nb\n"


def test_a_stream_of_columns_ends_with_its_mark_and_hides_its_own(tmp_path: Path) -> None:
    batch = pa.RecordBatch.from_pydict({"invoice_id": ["A"], "_order": [1]})
    path = tmp_path / "out"
    with path.open("wb") as out:
        columns(iter([batch, batch]), out)
    assert path.read_bytes().endswith(b"\xff\xff\xff\xff\0\0\0\0")
    with pa.ipc.open_stream(path) as reader:
        assert reader.read_all().to_pydict() == {"invoice_id": ["A", "A"]}


def test_rows_are_csv_again_whatever_their_cells_hold(tmp_path: Path) -> None:
    plain = pa.RecordBatch.from_pydict(
        {"invoice_id": ["A", ""], "note, too": ["x", "y"], "_own": [1, 2]}
    )
    odd = pa.RecordBatch.from_pydict(
        {"invoice_id": ['a "b"', "c\nd"], "note, too": ["1,5", ""], "_own": [3, 4]}
    )
    path = tmp_path / "out"
    with path.open("wb") as out:
        assert rows(iter([plain, odd]), out) == out.tell()
    with path.open(newline="") as file:
        header, *found = csv.reader(file)
    assert header == ["invoice_id", "note, too"]
    assert found == [["A", "x"], ["", "y"], ['a "b"', "1,5"], ["c\nd", ""]]
    assert b"A,x\n" in path.read_bytes(), "cells are quoted that need not be"


def test_parts_are_a_few_a_core_and_neither_tiny_nor_huge() -> None:
    mebibyte = 1024 * 1024
    for whole, cores, expected in [
        (0, 2, 64 * mebibyte),
        (300 * mebibyte, 2, 64 * mebibyte),
        (8000 * mebibyte, 4, 500 * mebibyte),
        (10**13, 256, 1024 * mebibyte),
        (4 * 64 * mebibyte + 1, 1, 64 * mebibyte + 1),
        (1, 0, 64 * mebibyte),
    ]:
        assert part_bytes(whole, cores) == expected
