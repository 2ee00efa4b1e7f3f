"""What a data engineer would write: one program a peer, a book in, `invoice_id,total` out.

    peers.py duckdb|polars|datafusion BOOK TOTALS.csv

All compute exactly: decimals or integers, rounded once, half away from zero (no amount here is below
zero). Each is written in the way that was fastest for it when this was written.
"""

import sys

# The total is the subtotal times one fraction; in cents of a subtotal in ten-thousandths its
# denominator is 10^2 (to cents) * 10^8 (the four factors of two places each).
SQL_FACTORS = """
    * CASE tier WHEN 'gold' THEN 85 WHEN 'silver' THEN 95 ELSE 100 END
    * CASE WHEN loyalty_member THEN 98 ELSE 100 END
    * 108
    * CASE WHEN days_overdue > 30 THEN 105 ELSE 100 END
"""
DENOMINATOR = 10_000_000_000


def duckdb(book, totals):
    import duckdb

    item = "STRUCT(sku VARCHAR, unit_price DECIMAL(12,4), quantity INTEGER)"
    head = "invoice_id: 'VARCHAR', tier: 'VARCHAR', loyalty_member: 'BOOLEAN', days_overdue: 'INTEGER'"
    total = """round(subtotal
        * CASE tier WHEN 'gold' THEN 0.85 WHEN 'silver' THEN 0.95 ELSE 1.00 END
        * CASE WHEN loyalty_member THEN 0.98 ELSE 1.00 END
        * 1.08
        * CASE WHEN days_overdue > 30 THEN 1.05 ELSE 1.00 END, 2)"""
    grouped = """SELECT invoice_id, any_value(tier) AS tier, any_value(loyalty_member) AS loyalty_member,
        any_value(days_overdue) AS days_overdue,
        CAST(sum(unit_price * quantity) AS DECIMAL(18,4)) AS subtotal FROM {} GROUP BY invoice_id"""
    if book.endswith(".ndjson"):
        rows = f"""read_json('{book}', format = 'newline_delimited',
            columns = {{{head}, items: '{item}[]'}})"""
        invoices = grouped.format(f"(SELECT * EXCLUDE (items), unnest(items, recursive := true) FROM {rows})")
    elif book.endswith(".csv"):
        columns = f"{{{head}, sku: 'VARCHAR', unit_price: 'DECIMAL(12,4)', quantity: 'INTEGER'}}"
        invoices = grouped.format(f"read_csv('{book}', header = true, delim = ',', columns = {columns})")
    else:
        invoices = grouped.format(f"read_parquet('{book}')")
    duckdb.sql("SET preserve_insertion_order = false")
    duckdb.sql(f"COPY (SELECT invoice_id, {total} AS total FROM ({invoices})) TO '{totals}' (HEADER, DELIMITER ',')")


def polars(book, totals):
    import polars as pl

    schema = {
        "invoice_id": pl.String,
        "tier": pl.String,
        "loyalty_member": pl.Boolean,
        "days_overdue": pl.Int32,
        "sku": pl.String,
        "unit_price": pl.Decimal(12, 4),
        "quantity": pl.Int32,
    }
    if book.endswith(".csv"):
        rows = pl.scan_csv(book, schema=schema)
    elif book.endswith(".ndjson"):
        # Its NDJSON reader knows no decimals: the prices are read as texts.
        item = pl.Struct({"sku": pl.String, "unit_price": pl.String, "quantity": pl.Int32})
        head = {name: schema[name] for name in list(schema)[:4]}
        rows = pl.scan_ndjson(book, schema={**head, "items": pl.List(item)})
        rows = rows.explode("items").unnest("items")
        rows = rows.with_columns(pl.col("unit_price").str.to_decimal(scale=4))
    else:
        rows = pl.scan_parquet(book)
    # Integers from here: a product keeps the operand's scale in a decimal.
    mantissa = (pl.col("unit_price").cast(pl.Decimal(38, 4)) * 10_000).cast(pl.Int64)
    factor = (
        pl.when(pl.col("tier") == "gold").then(85).when(pl.col("tier") == "silver").then(95).otherwise(100)
        * pl.when(pl.col("loyalty_member")).then(98).otherwise(100)
        * 108
        * pl.when(pl.col("days_overdue") > 30).then(105).otherwise(100)
    ).cast(pl.Int64)
    invoices = (
        rows.with_columns(amount=mantissa * pl.col("quantity").cast(pl.Int64))
        .group_by("invoice_id")
        .agg(pl.col("amount").sum(), pl.col("tier", "loyalty_member", "days_overdue").first())
    )
    # 128 bits: subtotal times factor passes 2^63 only above 8 million a line, but who checks that?
    cents = (pl.col("amount").cast(pl.Int128) * factor + DENOMINATOR // 2) // DENOMINATOR
    total = cents.cast(pl.Int64)
    text = pl.format(
        "{}.{}", total // 100, (total % 100).cast(pl.String).str.zfill(2)
    )
    invoices.select("invoice_id", total=text).sink_csv(totals)


def datafusion(book, totals):
    import datafusion
    import pyarrow as pa

    session = datafusion.SessionContext()
    if book.endswith(".csv"):
        schema = pa.schema(
            [
                ("invoice_id", pa.string()),
                ("tier", pa.string()),
                ("loyalty_member", pa.bool_()),
                ("days_overdue", pa.int32()),
                ("sku", pa.string()),
                ("unit_price", pa.decimal128(12, 4)),
                ("quantity", pa.int32()),
            ]
        )
        session.register_csv("book", book, schema=schema, has_header=True)
    else:
        session.register_parquet("book", book)
    # Grouping by all columns of the head: first_value of a text is several times slower.
    invoices = """SELECT invoice_id, tier, loyalty_member, days_overdue,
        CAST(sum(CAST(unit_price AS DECIMAL(18,4)) * quantity) * 10000 AS BIGINT) AS subtotal
        FROM book GROUP BY invoice_id, tier, loyalty_member, days_overdue"""
    half = DENOMINATOR // 2
    cents = f"(subtotal {SQL_FACTORS} + {half}) / {DENOMINATOR}"
    query = f"SELECT invoice_id, CAST({cents} AS BIGINT) AS cents FROM ({invoices})"
    total = "concat(CAST(cents / 100 AS VARCHAR), '.', lpad(CAST(cents % 100 AS VARCHAR), 2, '0'))"
    session.sql(
        f"COPY (SELECT invoice_id, {total} AS total FROM ({query})) TO '{totals}' STORED AS CSV OPTIONS ('format.has_header' 'true')"
    ).collect()


if __name__ == "__main__":
    peer, book, totals = sys.argv[1:]
    {"duckdb": duckdb, "polars": polars, "datafusion": datafusion}[peer](book, totals)
