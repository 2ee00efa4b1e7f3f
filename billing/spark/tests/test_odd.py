"""Books with columns, bytes and sizes that few have: priced or rejected, and never lost."""

from __future__ import annotations

import gzip
import json
from decimal import Decimal
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from books import COLUMNS, csv_row, rows, table, write_ndjson
from conftest import files_of, lines_of, one_machine, shipped, totals
from pyspark.sql import SparkSession

from ledgerly_spark import Book, NotWholeError, impact, price

HEADER = b"invoice_id,total\n"
LINES = 100_000


def without_headers(folder: Path) -> list[bytes]:
    lines = lines_of(folder)
    assert all(path.read_bytes().startswith(HEADER) for path in files_of(folder))
    return [line for line in lines if line != HEADER]


@pytest.mark.parametrize("repartition", [None, 4])
def test_csv_with_optional_columns_costs_to_the_byte_what_it_costs_on_one_machine(
    spark: SparkSession, binary: str, tmp_path: Path, repartition: int | None
) -> None:
    book = tmp_path / "book.csv"
    optional = "currency,line_discount_rate,line_discount_reason"
    with book.open("w") as file:
        file.write(f"{COLUMNS},{optional}\n")
        for row in rows(500):
            currency = ("EUR", "JPY", "KWD")[int(row["invoice_id"][4:]) % 3]
            cells = f'{currency},0.125,"spring, ""early""\nand late"'
            file.write(f"{csv_row(row).strip()},{cells}\n")
    output = tmp_path / "out"
    job = Book([str(book)], str(output), "csv", "csv", repartition)
    found = price(spark, job, shipped(spark, binary))
    assert (found.priced, found.rejected) == (500, 0)
    expected = one_machine(binary, "price", str(book), "--format", "csv").splitlines(True)
    assert without_headers(output / "totals") == sorted(expected[1:])


@pytest.mark.parametrize("repartition", [None, 3])
def test_odd_invoices_of_csv_are_rejected_or_priced_and_never_lost(
    spark: SparkSession, binary: str, tmp_path: Path, repartition: int | None
) -> None:
    text = COLUMNS + "\n" + "".join(map(csv_row, rows(50)))
    text += "INV-A,gold,true,0,SKU,12,50,1\nINV-B,gold,true,0\nINV-C,,,,,,\n"
    text += "INV-D,none,false,0,,1.00,2\n"
    text += "INV-E,gold,true,0,SKU,x,1\nINV-E,gold,true,0,SKU,1,1\n"
    # The file's last line has no end.
    text += ("INV-F,none,false,0,SKU,0.01,1\n" * LINES).removesuffix("\n")
    (tmp_path / "book.csv").write_text(text)
    output = tmp_path / "out"
    job = Book([str(tmp_path / "book.csv")], str(output), "csv", "csv", repartition)
    found = price(spark, job, shipped(spark, binary))
    assert (found.invoices, found.priced, found.rejected) == (56, 52, 4)
    priced = totals(HEADER + b"".join(without_headers(output / "totals")))
    assert priced["INV-F"] == Decimal("1080.00")
    assert priced["INV-D"] == Decimal("2.16")
    rejects = [json.loads(line) for line in lines_of(output / "rejects")]
    assert {reject["invoice_id"] for reject in rejects} == {f"INV-{name}" for name in "ABCE"}
    assert all(reject["line"] for reject in rejects)


@pytest.mark.parametrize("repartition", [None, 3])
def test_odd_invoices_of_parquet_are_rejected_or_priced_and_never_lost(
    spark: SparkSession, binary: str, tmp_path: Path, repartition: int | None
) -> None:
    book = table(50)
    row = {"tier": "none", "loyalty_member": False, "days_overdue": 0, "sku": "S", "quantity": 1}
    cent = Decimal("0.0100")
    odd = [
        {**row, "invoice_id": "EMPTY"} | dict.fromkeys(row),
        {**row, "invoice_id": "NEGATIVE", "unit_price": -cent},
        {**row, "invoice_id": "NO PRICE", "unit_price": None},
        *[{**row, "invoice_id": "HUGE", "unit_price": cent}] * LINES,
    ]
    whole = pa.concat_tables([book, pa.Table.from_pylist(odd, schema=book.schema)])
    pq.write_table(whole, tmp_path / "book.parquet", row_group_size=10_007)
    output = tmp_path / "out"
    job = Book([str(tmp_path / "book.parquet")], str(output), "parquet", "csv", repartition)
    found = price(spark, job, shipped(spark, binary))
    assert (found.invoices, found.priced, found.rejected) == (54, 51, 3)
    assert b"HUGE,1080.00\n" in lines_of(output / "totals")
    rejects = [json.loads(line) for line in lines_of(output / "rejects")]
    assert {reject["invoice_id"] for reject in rejects} == {"EMPTY", "NEGATIVE", "NO PRICE"}
    assert all(reject["row"] for reject in rejects)


@pytest.mark.parametrize("name", ["book.ndjson", "book.ndjson.gz"])
def test_odd_lines_of_ndjson_are_rejected_or_priced_and_never_lost(
    spark: SparkSession, binary: str, tmp_path: Path, name: str
) -> None:
    plain = tmp_path / "plain"
    write_ndjson(plain, 1000)
    items = [{"sku": "S", "unit_price": "0.01", "quantity": 1}] * LINES
    huge = {"invoice_id": "HUGE", "tier": "none", "loyalty_member": False, "days_overdue": 0}
    text = plain.read_bytes() + b'{"invoice_id":"BAD","tier":\n\n\r\n{}\n\xff\xfe\n'
    # A carriage return ends no line, and the last line has no end.
    text += (
        b'{"invoice_id":\r"CR","tier":"none"}\n\0\n' + json.dumps({**huge, "items": items}).encode()
    )
    book = tmp_path / name
    book.write_bytes(gzip.compress(text) if name.endswith(".gz") else text)
    output = tmp_path / "out"
    job = Book([str(book)], str(output), split_bytes=400_000)
    found = price(spark, job, shipped(spark, binary))
    assert (found.invoices, found.priced, found.rejected) == (1006, 1001, 5)
    assert b'{"invoice_id":"HUGE","total":"1080.00"}\n' in lines_of(output / "totals")
    rejects = [json.loads(line) for line in lines_of(output / "rejects")]
    assert len(rejects) == 5
    assert all(reject["line"] and reject["offset"] is not None for reject in rejects)


def test_an_invoice_that_comes_twice_is_refused_in_an_impact_too(
    spark: SparkSession, binary: str, tmp_path: Path
) -> None:
    book, policy = tmp_path / "book.ndjson", tmp_path / "twice.toml"
    write_ndjson(book, 300)
    book.write_text(book.read_text() + book.read_text().splitlines(True)[7])
    policy.write_bytes(one_machine(binary, "policy", "init", "-"))
    program = shipped(spark, binary, "impact", after=str(policy))
    job = Book([str(book)], str(tmp_path / "impact.json"), split_bytes=10_000)
    with pytest.raises(NotWholeError, match="such as INV-7: "):
        impact(spark, job, program)
    assert not (tmp_path / "impact.json").exists()
