"""The job on a cluster of two executors: as on one machine, whatever is killed."""

from __future__ import annotations

import gzip
import json
import subprocess
from pathlib import Path

import pyarrow.parquet as pq
import pytest
from books import COLUMNS, csv_row, rows, write_ndjson, write_parquet
from conftest import files_of, lines_of, one_machine, shipped, totals
from killer import Killer, dying
from pyspark.sql import SparkSession

from ledgerly_spark import Book, NotWholeError, Program, impact, price
from ledgerly_spark.__main__ import main

INVOICES = 200_000


def manifest_of(output: Path) -> dict[str, object]:
    found = json.loads((output / "manifest.json").read_text())
    assert isinstance(found, dict)
    return found


def test_ndjson_is_priced_as_on_one_machine_though_an_executor_dies_in_each_stage(
    spark: SparkSession, binary: str, tmp_path: Path
) -> None:
    book, output = tmp_path / "book.ndjson", tmp_path / "out"
    write_ndjson(book, INVOICES)
    with Killer(spark) as killer:
        found = price(
            spark,
            Book([str(book)], str(output), split_bytes=4 * 1024 * 1024),
            shipped(spark, dying(binary, tmp_path / "dying")),
        )
    assert killer.killed
    assert (found.invoices, found.priced, found.rejected) == (INVOICES, INVOICES, 0)
    expected = one_machine(binary, "price", str(book), "--format", "ndjson")
    assert lines_of(output / "totals") == sorted(expected.splitlines(True))
    assert manifest_of(output)["priced"] == INVOICES
    assert (tmp_path / "dying/killed").exists()
    assert not list(tmp_path.glob("*.partial"))


def test_packed_ndjson_is_priced_as_on_one_machine_though_an_executor_dies_in_each_stage(
    spark: SparkSession, binary: str, tmp_path: Path
) -> None:
    book, output = tmp_path / "book.ndjson", tmp_path / "out"
    write_ndjson(book, INVOICES)
    lines = book.read_bytes().splitlines(True)
    (tmp_path / "books").mkdir()
    for number in range(4):
        part = b"".join(lines[number * INVOICES // 4 : (number + 1) * INVOICES // 4])
        (tmp_path / f"books/{number}.ndjson.gz").write_bytes(gzip.compress(part, 1))
    with Killer(spark) as killer:
        found = price(
            spark,
            Book([str(tmp_path / "books")], str(output)),
            shipped(spark, dying(binary, tmp_path / "dying")),
        )
    # That in which the binary runs, and that which looks at what it wrote.
    assert len(killer.killed) >= 2
    assert (found.invoices, found.priced, found.rejected) == (INVOICES, INVOICES, 0)
    expected = one_machine(binary, "price", str(book), "--format", "ndjson")
    assert lines_of(output / "totals") == sorted(expected.splitlines(True))


def test_parquet_is_priced_as_on_one_machine_though_an_executor_dies_in_each_stage(
    spark: SparkSession, binary: str, tmp_path: Path
) -> None:
    book, output = tmp_path / "book.parquet", tmp_path / "out"
    write_parquet(book, INVOICES, 10_007)
    with Killer(spark) as killer:
        found = price(
            spark,
            Book([str(book)], str(output), "parquet", "parquet", repartition=6),
            shipped(spark, binary),
        )
    # The shuffle's stage, the binary's and the writer's at least.
    assert len(killer.killed) >= 3
    assert found.priced == INVOICES
    assert "repartitioned" in found.grouping
    written = pq.read_table(files_of(output / "totals"), columns=["invoice_id", "total"])
    expected = totals(one_machine(binary, "price", str(book)))
    pairs = zip(
        *(written.column(name).to_pylist() for name in ("invoice_id", "total")), strict=True
    )
    assert dict(pairs) == expected
    assert written.num_rows == INVOICES


def test_an_invoice_that_is_cut_between_splits_is_refused_and_nothing_appears(
    spark: SparkSession, binary: str, tmp_path: Path
) -> None:
    folder = tmp_path / "book"
    folder.mkdir()
    every = list(rows(300))
    # The fourth line of an invoice stands in another file.
    cut = next(index for index, row in enumerate(every) if row["sku"] == "SKU-3")
    for name, part in [("a.csv", every[:cut]), ("b.csv", every[cut:])]:
        (folder / name).write_text(COLUMNS + "\n" + "".join(map(csv_row, part)))
    spark.conf.set("spark.sql.files.openCostInBytes", 128 * 1024 * 1024)
    book = Book([str(folder)], str(tmp_path / "out"), "csv", "csv")
    with pytest.raises(NotWholeError, match=f"such as {every[cut]['invoice_id']}: bring"):
        price(spark, book, shipped(spark, binary))
    assert [path.name for path in tmp_path.iterdir()] == ["book"]
    whole = Book([str(folder)], str(tmp_path / "whole"), "csv", "csv", repartition=3)
    assert price(spark, whole, shipped(spark, binary)).priced == 300


def test_an_impact_is_that_of_one_machine(spark: SparkSession, binary: str, tmp_path: Path) -> None:
    book, policy = tmp_path / "book.ndjson", tmp_path / "shop.toml"
    write_ndjson(book, 3000)
    standard = subprocess.run(
        [binary, "policy", "init", "-"], capture_output=True, text=True, check=True
    )
    policy.write_text(standard.stdout.replace("0.15", "0.18"))
    report = tmp_path / "impact.json"
    program = shipped(spark, binary, "impact", after=str(policy))
    assert impact(spark, Book([str(book)], str(report), split_bytes=30_000), program)
    expected = one_machine(binary, "impact", "--after", str(policy), str(book), "--format", "json")
    assert report.read_bytes() == expected


def test_a_summary_is_that_of_one_machine(spark: SparkSession, binary: str, tmp_path: Path) -> None:
    book, output = tmp_path / "book.ndjson", tmp_path / "out"
    write_ndjson(book, 2000)
    program = Program.ship(spark.sparkContext, binary, ("price", "--summary"), {})
    price(spark, Book([str(book)], str(output), split_bytes=60_000), program)
    expected = one_machine(binary, "price", str(book), "--summary", "--format", "json")
    assert (output / "summary.json").read_bytes() == expected


def test_the_command_line_says_what_it_did_and_refuses_an_output_that_is_there(
    spark: SparkSession, binary: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    book = Book([str(tmp_path)], str(tmp_path))
    with pytest.raises(Exception, match="is there already"):
        price(spark, book, shipped(spark, binary))
    with pytest.raises(SystemExit):
        main(["price"])
    assert "--output" in capsys.readouterr().err
