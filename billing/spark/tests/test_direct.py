"""From a file into a file: all of it, or the task fails."""

from __future__ import annotations

import os
import stat
from dataclasses import dataclass
from pathlib import Path

import pytest
from books import write_ndjson

from ledgerly_spark import NotWholeError
from ledgerly_spark.contract import Form
from ledgerly_spark.direct import filtered, records_at_end
from ledgerly_spark.ranges import Range
from ledgerly_spark.receipt import Receipt


@dataclass(frozen=True)
class Script:
    """A binary that does with the real one what a script says."""

    path: Path
    sha256: str = "digest"

    def command(self) -> list[str]:
        return [str(self.path), "price", "--input-format", "ndjson", "--filter", "-"]


def script(folder: Path, binary: str, text: str) -> Script:
    path = folder / "script"
    path.write_text(f"#!/bin/bash\nset -o pipefail\n{text.replace('LEDGERLY', binary)}\n")
    path.chmod(path.stat().st_mode | stat.S_IXUSR)
    return Script(path)


def run(folder: Path, program: Script, book: Path) -> Receipt:
    parts = iter([Range(str(book), 0, os.path.getsize(book))])
    [text] = filtered(7, parts, program, str(folder), Form.LINES)  # type: ignore[arg-type]
    return Receipt.of_json(text)


def test_what_is_left_are_the_results_and_the_rejects(binary: str, tmp_path: Path) -> None:
    book = tmp_path / "book.ndjson"
    write_ndjson(book, 40)
    with book.open("a") as file:
        file.write("{}\n")
    found = run(tmp_path, script(tmp_path, binary, 'exec LEDGERLY "$@"'), book)
    assert (found.split, found.invoices, found.priced, found.rejected) == (7, 41, 40, 1)
    results = (tmp_path / str(found.file)).read_bytes()
    assert results.count(b"\n") == 40
    assert b"ledgerly" not in results
    assert len(results) == found.output_bytes
    assert (tmp_path / f"{found.file}.rejects").read_bytes().count(b"\n") == 1


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ('LEDGERLY "$@" | head -c 700; exit 0', "no record at its end"),
        ('LEDGERLY "$@" | head -n 9; exit 0', "no record at its end"),
        ('LEDGERLY "$@" | tail -n 9; exit 0', "and the file has"),
        ('LEDGERLY "$@"; echo more', "no record at its end"),
        ("""LEDGERLY "$@"; echo '{"ledgerly":"more"}'""", "no record at its end"),
        ('LEDGERLY "$@"; kill -9 $$', "ended with -9"),
        ('LEDGERLY "$@"; exit 1', "ended with 1"),
        ('head -n 30 | LEDGERLY "$@"', "ended with 2: .* of --input-bytes"),
        ("exec head -c 10 > /dev/null", "no record at its end"),
        ('LEDGERLY "$@"; for it; do [[ $it = *.rejects ]] && : > "$it"; done; exit 3', "not all"),
    ],
)
def test_a_binary_that_does_less_fails_the_task(
    binary: str, tmp_path: Path, text: str, problem: str
) -> None:
    book = tmp_path / "book.ndjson"
    write_ndjson(book, 40)
    with book.open("a") as file:
        file.write("{}\n")
    with pytest.raises(NotWholeError, match=problem):
        run(tmp_path, script(tmp_path, binary, text), book)


def test_records_are_found_at_the_end_however_long_they_are(tmp_path: Path) -> None:
    summary = b'{"ledgerly":"summary","summary":"' + b"x" * 300_000 + b'"}\n'
    end = b'{"ledgerly":"end"}\n'
    for before in (b"", b"a\n", b"a\n" * 100_000):
        path = tmp_path / "out"
        path.write_bytes(before + summary + end)
        with path.open("rb") as file:
            assert records_at_end(file) == ([summary, end], len(before))
    path.write_bytes(b"a\n" + end[:-1])
    with path.open("rb") as file:
        assert records_at_end(file)[0] == []


def test_a_machine_that_does_not_see_the_files_is_named(binary: str, tmp_path: Path) -> None:
    program = script(tmp_path, binary, "exit 0")
    for folder, path in [("absent", tmp_path / "script"), (".", tmp_path / "absent.ndjson")]:
        parts = iter([Range(str(path), 0, 1)])
        run = filtered(0, parts, program, str(tmp_path / folder), Form.LINES)  # type: ignore[arg-type]
        with pytest.raises(NotWholeError, match=r"absent.* is not there on .*name a"):
            list(run)
