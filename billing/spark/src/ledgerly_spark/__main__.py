"""The job as spark-submit runs it.

Exit codes: 0 done; 1 impact: prices change; 2 wrong usage; 3 done, but some invoices were rejected;
6 the job failed, and no output appeared.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence

from py4j.protocol import Py4JJavaError
from pyspark.errors import PySparkException
from pyspark.sql import SparkSession

from ledgerly_spark.book import Book
from ledgerly_spark.errors import NotWholeError, UsageError
from ledgerly_spark.impacts import impact
from ledgerly_spark.job import FORMATS, price
from ledgerly_spark.program import Program

DONE, DIFFERENT, USAGE, REJECTS, FAILED = 0, 1, 2, 3, 6


def parser() -> argparse.ArgumentParser:
    """Say what can be asked."""
    top = argparse.ArgumentParser(prog="ledgerly-spark", description=__doc__)
    commands = top.add_subparsers(dest="command", required=True)
    for name, text in [
        ("price", "price a book into a folder of totals, rejects and a manifest"),
        ("impact", "say what a change of policy does to a book"),
    ]:
        command = commands.add_parser(name, help=text, description=text)
        command.add_argument("source", nargs="+", help="files, folders or patterns of the book")
        command.add_argument("--output", required=True, help="folder or, for impact, file")
        command.add_argument("--input-format", choices=FORMATS, default="ndjson")
        command.add_argument(
            "--repartition",
            type=int,
            metavar="N",
            help="bring the rows of an invoice together by a shuffle into N partitions",
        )
        command.add_argument(
            "--split-bytes",
            type=int,
            metavar="N",
            help="size of the parts of NDJSON files [default: a few a core, 64 MiB to 1 GiB]",
        )
        command.add_argument(
            "--through-spark",
            action="store_true",
            help="let Spark read and write also the files that executors could open by themselves",
        )
        command.add_argument("--binary", help="the ledgerly binary [default: shipped with --files]")
        command.add_argument("--as-of", metavar="DATE")
        if name == "price":
            command.add_argument("--output-format", choices=FORMATS, default="ndjson")
            command.add_argument(
                "--summary", action="store_true", help="write summary.json: what the book comes to"
            )
            command.add_argument("--policy", help="policy file [default: the standard policy]")
        else:
            command.add_argument("--before", help="policy before [default: the standard policy]")
            command.add_argument("--after", required=True, help="policy after")
    return top


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the job."""
    options = parser().parse_args(arguments)
    spark = SparkSession.builder.appName(f"ledgerly {options.command}").getOrCreate()
    spark.sparkContext.setLogLevel("ERROR")
    try:
        return run(spark, options)
    except UsageError as error:
        print(f"error: {error}", file=sys.stderr)
        return USAGE
    except (NotWholeError, OSError, PySparkException, Py4JJavaError) as error:
        print(f"error: {error}\nno output was written", file=sys.stderr)
        return FAILED
    finally:
        spark.stop()


def run(spark: SparkSession, options: argparse.Namespace) -> int:
    """Do what was asked."""
    day = ("--as-of", options.as_of) if options.as_of else ()
    context = spark.sparkContext
    book = Book(
        source=options.source,
        output=options.output,
        input_format=options.input_format,
        output_format=getattr(options, "output_format", "ndjson"),
        repartition=options.repartition,
        split_bytes=options.split_bytes,
        through_spark=options.through_spark,
    )
    if options.command == "impact":
        files = {"--before": options.before, "--after": options.after}
        program = Program.ship(context, options.binary, ("impact", *day), files)
        return DIFFERENT if impact(spark, book, program) else DONE
    asked = ("price", *day, *(["--summary"] if options.summary else []))
    program = Program.ship(context, options.binary, asked, {"--policy": options.policy})
    manifest = price(spark, book, program)
    print(f"{manifest.priced} priced, {manifest.rejected} rejected of {manifest.invoices} invoices")
    return REJECTS if manifest.rejected else DONE


if __name__ == "__main__":
    sys.exit(main())
