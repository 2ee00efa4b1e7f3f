"""Runs each program on each form of the book, interleaved, and compares totals, time and memory."""

import argparse
import hashlib
import os
import pathlib
import statistics
import subprocess
import sys
import time

FORMATS = ["csv", "ndjson", "parquet"]
PEERS = ["plain", "duckdb", "polars", "datafusion"]


def main():
    options = parse()
    make_book(options)
    programs = [
        (format, program)
        for format in options.formats
        for program in ["ledgerly", *options.only]
        if command(options, program, format) is not None
    ]
    runs = {key: [] for key in programs}
    for _ in range(options.rounds):
        for key in programs:
            runs[key].append(measured(command(options, key[1], key[0])))
    for format in options.formats:
        report(format, {program: runs[f, program] for f, program in programs if f == format}, options)
    check_totals(options, programs)


def parse():
    parser = argparse.ArgumentParser(description="Prices one book with Ledgerly and its peers.")
    parser.add_argument("--bin", type=pathlib.Path, required=True)
    parser.add_argument("--work", type=pathlib.Path, required=True)
    parser.add_argument("--invoices", type=int, default=1_000_000)
    parser.add_argument("--seed", type=int, default=7)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--formats", type=lambda text: text.split(","), default=FORMATS)
    parser.add_argument("--only", type=lambda text: text.split(","), default=PEERS, help="these peers")
    options = parser.parse_args()
    options.book = options.work / f"{options.invoices}-{options.seed}"
    return options


def make_book(options):
    if (options.book / "done").exists():
        return
    options.book.mkdir(parents=True, exist_ok=True)
    generate = [options.bin / "books-generate", options.book, str(options.invoices), str(options.seed)]
    subprocess.run(generate, check=True)
    (options.book / "done").touch()


def totals_of(options, program, format):
    return options.book / f"{program}-{format}.csv"


def command(options, program, format):
    """The command line, or nothing where the program does not read the format."""
    book = options.book / f"book.{format}"
    totals = totals_of(options, program, format)
    if program == "ledgerly":
        return [options.bin / "ledgerly", "price", book, "--output", totals, "--format", "csv"]
    if program == "plain":
        return [options.bin / "books-plain", book, totals] if format != "parquet" else None
    if program == "datafusion" and format == "ndjson":
        return None
    peers = pathlib.Path(__file__).with_name("peers.py")
    return [sys.executable, peers, program, book, totals]


def measured(arguments):
    """CPU seconds, wall seconds and peak MiB of one process with all its threads."""
    started = time.perf_counter()
    process = subprocess.Popen([str(argument) for argument in arguments])
    _, status, usage = os.wait4(process.pid, 0)
    wall = time.perf_counter() - started
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode != 0:
        sys.exit(f"failed with {process.returncode}: {arguments}")
    return usage.ru_utime + usage.ru_stime, wall, usage.ru_maxrss / 1024


def report(format, runs, options):
    size = (options.book / f"book.{format}").stat().st_size / 1e6
    print(f"\n{format}, {options.invoices:,} invoices, {size:.0f} MB; median of {options.rounds}")
    print(f"{'':12} {'CPU s':>8} {'wall s':>8} {'peak MiB':>9} {'CPU ratio':>10} {'wall ratio':>11}")
    ours = [statistics.median(values) for values in zip(*runs["ledgerly"])]
    for program, values in runs.items():
        cpu, wall, peak = (statistics.median(each) for each in zip(*values))
        print(f"{program:12} {cpu:8.2f} {wall:8.2f} {peak:9.0f} {cpu / ours[0]:9.1f}x {wall / ours[1]:10.1f}x")


def check_totals(options, programs):
    digests = {key: digest(totals_of(options, key[1], key[0])) for key in programs}
    expected = digests[programs[0]]
    different = [key for key, found in digests.items() if found != expected]
    if different:
        sys.exit(f"\nTOTALS DIFFER from those of {programs[0]}: {different}")
    print(f"\nAll {options.invoices:,} totals of all {len(programs)} runs agree to the cent.")
    print("Ledgerly uses that an invoice's rows are adjacent, and that invoices are numbered one after the")
    print("other; DuckDB, Polars and DataFusion group by hashing.")


def digest(totals):
    """A digest of the totals in any order."""
    with open(totals, encoding="utf-8") as lines:
        next(lines)
        rows = sorted(lines)
    return len(rows), hashlib.sha256("".join(rows).encode()).hexdigest()


if __name__ == "__main__":
    main()
