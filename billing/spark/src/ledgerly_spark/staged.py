"""The output in the making: results, rejects and receipts, beside where they will appear."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from pyspark.sql import DataFrame, SparkSession
from pyspark.sql import functions as sql

from ledgerly_spark import direct
from ledgerly_spark.contract import Form
from ledgerly_spark.files import Files

LINES = "kind string, value string"
ROWS = f"{LINES}, invoice_id string, total decimal(38, 4)"


@dataclass(frozen=True)
class Staged:
    """A folder with a folder for each kind of row."""

    spark: SparkSession
    files: Files
    folder: str
    form: Form

    @property
    def as_lines(self) -> bool:
        """Tell whether results are lines of text."""
        return self.form is not Form.ROWS

    @property
    def local(self) -> Path | None:
        """Give the folder as any machine knows it, if it is on a file system of theirs."""
        local = self.files.local(self.folder)
        return Path(local) if local and self.as_lines else None

    def of_kind(self, kind: str) -> str:
        """Give the folder of one kind of row."""
        return f"{self.folder}/kind={kind}"

    def rows(self, kind: str) -> DataFrame:
        """Read the rows of one kind; no row stands for no folder."""
        schema = "value string" if self.as_lines else ROWS.replace("kind string, ", "")
        path = self.of_kind(kind)
        if not self.files.exists(path):
            return self.spark.createDataFrame([], schema)
        return (
            self.spark.read.schema(schema).format("text" if self.as_lines else "parquet").load(path)
        )

    def csv_totals(self) -> DataFrame:
        """Read totals that are rows of CSV."""
        schema = "invoice_id string, total string"
        path = self.of_kind("total")
        if not self.files.exists(path):
            return self.spark.createDataFrame([], schema)
        reader = self.spark.read.schema(schema).option("header", True)
        # An identifier that is empty is one all the same.
        reader = reader.option("escape", '"').option("multiLine", True).option("nullValue", "\0")
        return reader.csv(path)

    @property
    def result(self) -> str:
        """Give the kind of row that the binary's results are."""
        return "partial" if self.form is Form.SUMS else "total"

    def bytes_of_results(self) -> int:
        """Tell how long the results are that were written as text."""
        return sum(size for _, size in self.files.sizes(self.of_kind(self.result)))

    def count_of_rejects(self) -> int:
        """Tell how many rejects were written."""
        if self.local is None:
            return self.rows("reject").count()
        return sum(direct.lines_in(path) for path in self.local_files("reject"))

    def local_files(self, kind: str) -> list[Path]:
        """List the files of one kind where this machine sees them."""
        folder = Path(self.files.local(self.of_kind(kind)) or "")
        return sorted(path for path in folder.glob("*") if path.name[0] not in "._")

    def texts(self, kind: str) -> list[str]:
        """Collect the texts of one kind, of which there are few."""
        return [row["value"] for row in self.rows(kind).select("value").collect()]

    def whole_texts(self, kind: str) -> list[str]:
        """Collect the texts of one kind that go over lines, one of each split."""
        path = self.of_kind(kind)
        if not self.files.exists(path):
            return []
        rows = self.spark.read.text(path, wholetext=True)
        return [row["value"] for row in rows.collect()]

    def ids(self) -> DataFrame:
        """Read the identifiers of all invoices, the refused ones included."""
        in_json = sql.get_json_object("value", "$.invoice_id").alias("invoice_id")
        totals = self.csv_totals() if self.form is Form.CSV else self.rows("total")
        has_ids = self.form is not Form.LINES
        totals = totals.select(sql.col("invoice_id") if has_ids else in_json)
        return totals.unionAll(self.rows("reject").select(in_json)).where("invoice_id is not null")
