"""Books for tests: always the same, each tier, and amounts of two and four places."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

# So many invoices of a large book are written at a time; it repeats them under other numbers.
BLOCK = 1000
COLUMNS = "invoice_id,tier,loyalty_member,days_overdue,sku,unit_price,quantity"


def invoices(count: int) -> Iterator[dict[str, Any]]:
    """Make the invoices with the numbers from 0."""
    for number in range(count):
        items = [
            {
                "sku": f"SKU-{line}",
                "unit_price": f"{number * 37 % 500 + line}.{number * 13 % 10_000:04}",
                "quantity": 1 + line,
            }
            for line in range(1 + number % 4)
        ]
        yield {
            "invoice_id": f"INV-{number}",
            "tier": ("gold", "silver", "none")[number % 3],
            "loyalty_member": number % 2 == 0,
            "days_overdue": number % 61,
            "items": items,
        }


def write_ndjson(path: Path, count: int) -> None:
    """Write a book, an invoice a line."""
    with path.open("w") as file:
        file.writelines(json.dumps(invoice) + "\n" for invoice in invoices(count))


def rows(count: int) -> Iterator[dict[str, Any]]:
    """Make a row a line item."""
    for invoice in invoices(count):
        items = invoice.pop("items")
        for item in items:
            yield {**invoice, **item}


def csv_row(row: dict[str, Any]) -> str:
    """Write a row of CSV."""
    cells = [str(row[name]) for name in COLUMNS.split(",")]
    return ",".join(cells).replace("True", "true").replace("False", "false") + "\n"


def table(count: int) -> pa.Table:
    """Make a table, a row a line item."""
    found = pa.Table.from_pylist(list(rows(count)))
    price = found.column("unit_price").cast(pa.decimal128(18, 4))
    return found.set_column(found.schema.get_field_index("unit_price"), "unit_price", price)


def write_parquet(path: Path, count: int, group_rows: int) -> None:
    """Write a book of columns, with row groups that end where they end."""
    pq.write_table(table(count), path, row_group_size=group_rows)


def write_repeated(path: Path, count: int) -> None:
    """Write a large book quickly: 1 to 8 line items an invoice, prices with two or four places."""
    lines = []
    for number in range(BLOCK):
        items = ",".join(
            f'{{"sku":"SKU-{line}","unit_price":"{number * 37 % 500 + line}.'
            f'{number * 13 % 100:02}{"25" if number % 3 == 0 else ""}","quantity":{1 + line}}}'
            for line in range(1 + number % 8)
        )
        lines.append(
            f'{{"invoice_id":"INV-%d","tier":"{("gold", "silver", "none")[number % 3]}",'
            f'"loyalty_member":{"true" if number % 2 else "false"},"days_overdue":{number % 61},'
            f'"items":[{items}]}}\n'
        )
    block = "".join(lines)
    with path.open("w") as file:
        for first in range(0, count, BLOCK):
            file.write(block % tuple(range(first, first + BLOCK)))
