"""A book as the splits that the binary is run on."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import astuple, dataclass, replace
from urllib.parse import urlparse

from pyspark.sql import DataFrame, SparkSession
from pyspark.sql import functions as sql
from pyspark.sql.types import StringType, StructField, StructType

from ledgerly_spark import feed
from ledgerly_spark.book import Book
from ledgerly_spark.errors import NotWholeError, UsageError
from ledgerly_spark.files import Files
from ledgerly_spark.ranges import Range

# A part of an NDJSON file: so small that a few fall to each core and little is lost with one, and
# so large that its start costs little beside it.
PARTS_PER_CORE = 4
PART_BYTES_MIN = 64 * 1024 * 1024
PART_BYTES_MAX = 1024 * 1024 * 1024
CORRUPT = "_corrupt"
AS_THEY_STAND = "as the rows stand"


@dataclass(frozen=True)
class Splits:
    """A frame of which each partition is a split, and how it is fed."""

    frame: Callable[[], DataFrame]
    feed: feed.Feed
    arguments: tuple[str, ...]
    # How the rows of an invoice are kept together.
    grouping: str
    count: int
    # The parts of files of which the frame consists, if it does.
    parts: tuple[Range, ...] = ()
    # Whether no invoice can stand in two splits, because rows were brought together.
    keeps_together: bool = False
    # The text of each invoice, where it is a line.
    texts: Callable[[], DataFrame] | None = None

    def ids(self) -> DataFrame:
        """Read the identifiers once more; of rows it cannot be told where an invoice ends."""
        if self.texts is None:
            raise NotWholeError(
                "the splits' ranges of invoices overlap, and sums do not tell whether an invoice"
                " stands in two of them: bring the rows together with --repartition, or cut the"
                " book with ledgerly split"
            )
        invoice_id = sql.get_json_object("value", "$.invoice_id").alias("invoice_id")
        return self.texts().select(invoice_id).where("invoice_id is not null")


def read(spark: SparkSession, book: Book) -> Splits:
    """Read a book as splits; rows are brought together by their invoice, if that is asked for."""
    if book.input_format == "ndjson":
        if book.repartition is not None:
            raise UsageError("an invoice of NDJSON is one line: there is nothing to repartition")
        return lines(spark, book)
    if book.input_format == "parquet":
        frame = spark.read.parquet(*book.source)
        return grouped(frame, feed.columns, "arrow", book.repartition)
    if book.input_format == "csv":
        return rows(spark, book)
    raise UsageError(f"{book.input_format} is neither ndjson, parquet nor csv")


def lines(spark: SparkSession, book: Book) -> Splits:
    """Hand out NDJSON: parts of files where the executors see them, otherwise lines."""
    files = sizes(spark, book.source)
    grouping = "an invoice a line"

    def texts() -> DataFrame:
        # A carriage return within a line is the binary's to judge.
        return spark.read.option("lineSep", "\n").text([path for path, _ in files])

    if book.through_spark or not all(is_plain(path) for path, _ in files):
        count = texts().rdd.getNumPartitions()
        return Splits(texts, feed.lines, arguments("ndjson"), grouping, count, texts=texts)
    whole = sum(size for _, size in files)
    length = book.split_bytes or part_bytes(whole, spark.sparkContext.defaultParallelism)
    parts = [
        Range(path, start, min(length, size - start))
        for path, size in files
        for start in range(0, size, length)
    ]
    return replace(ranges(spark, parts, "ndjson", grouping), texts=texts)


def part_bytes(whole: int, cores: int) -> int:
    """Choose how large the parts of a book of so many bytes are."""
    even = -(-whole // (PARTS_PER_CORE * max(cores, 1)))
    return min(max(even, PART_BYTES_MIN), PART_BYTES_MAX)


def rows(spark: SparkSession, book: Book) -> Splits:
    """Hand out CSV: whole files where the executors see them, otherwise rows as Spark reads."""
    files = sizes(spark, book.source)
    are_plain = all(is_plain(path) for path, _ in files)
    if are_plain and book.repartition is None and not book.through_spark:
        parts = [Range(path, 0, size) for path, size in files]
        return ranges(spark, parts, "csv", AS_THEY_STAND)
    return grouped(csv(spark, book.source), feed.rows, "csv", book.repartition)


def ranges(spark: SparkSession, parts: Sequence[Range], form: str, grouping: str) -> Splits:
    """Hand out parts of files, one a split."""
    count = max(len(parts), 1)

    def frame() -> DataFrame:
        handed_out = spark.sparkContext.parallelize([astuple(part) for part in parts], count)
        return spark.createDataFrame(handed_out, "path string, start long, length long")

    return Splits(frame, feed.ranges, arguments(form), grouping, count, tuple(parts))


def sizes(spark: SparkSession, source: Sequence[str]) -> list[tuple[str, int]]:
    """List the files of a book and their sizes; there must be one."""
    files = [file for path in source for file in Files.of(spark, path).sizes(path)]
    if not files:
        raise UsageError(f"no file stands at {', '.join(source)}")
    return [(urlparse(path).path if is_plain(path) else path, size) for path, size in files]


def is_plain(path: str) -> bool:
    """Tell whether executors can open the file by themselves, and read it from anywhere."""
    return urlparse(path).scheme in ("", "file") and not path.endswith((".gz", ".zst", ".bz2"))


def arguments(form: str) -> tuple[str, ...]:
    """Tell the binary what it is fed."""
    return ("--input-format", form)


def grouped(frame: DataFrame, how: feed.Feed, form: str, repartition: int | None) -> Splits:
    """Hand out rows; bring those of an invoice together, if that is asked for."""
    grouping = AS_THEY_STAND
    if repartition is not None:
        grouping = f"repartitioned by invoice_id into {repartition}"
        frame = brought_together(frame, repartition)
    count = frame.rdd.getNumPartitions()
    keeps = repartition is not None
    return Splits(lambda: frame, how, arguments(form), grouping, count, keeps_together=keeps)


def csv(spark: SparkSession, source: Sequence[str]) -> DataFrame:
    """Read CSV as texts: no digit is touched, and a row that has no cells as the header is kept.

    A file is read by one task: where a row begins cannot be told from its middle, as a quoted cell
    may go over lines.
    """
    options: dict[str, str | bool] = {
        "header": True,
        "escape": '"',
        "multiLine": True,
        "mode": "PERMISSIVE",
    }
    header = spark.read.options(**options).csv(list(source)).columns
    fields = [StructField(name, StringType()) for name in [*header, CORRUPT]]
    reader = spark.read.options(
        **options, columnNameOfCorruptRecord=CORRUPT, enforceSchema=False
    ).schema(StructType(fields))
    frame = reader.csv(list(source))
    # An empty cell is an empty text, as the binary reads it. A row of the wrong shape has its own
    # text for a price, which is none: so its invoice is rejected, and the reject shows the row.
    kept = [sql.coalesce(sql.col(name), sql.lit("")).alias(name) for name in header]
    return frame.select(*kept, CORRUPT).withColumn(
        "unit_price",
        sql.when(sql.col(CORRUPT).isNull(), sql.col("unit_price")).otherwise(sql.col(CORRUPT)),
    )


def brought_together(frame: DataFrame, partitions: int) -> DataFrame:
    """Bring the rows of an invoice into one partition, in the order in which they were read."""
    ordered = frame.withColumn("_order", sql.monotonically_increasing_id())
    together = ordered.repartition(partitions, "invoice_id")
    return together.sortWithinPartitions("invoice_id", "_order")
