"""One split: the binary runs as a filter, and either everything comes out or the task fails.

Spark then runs the task again. Nothing is trusted to be whole without the filter's last record.
"""

from __future__ import annotations

import hashlib
import json
import subprocess
import tempfile
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import chain
from typing import IO, Any

import pyarrow as pa
import pyarrow.compute as pc
from pyspark import TaskContext

from ledgerly_spark.contract import DONE, END, MARK, SHOWN_CHARS, Form, summary_of
from ledgerly_spark.errors import NotWholeError
from ledgerly_spark.feed import Feed
from ledgerly_spark.program import Program
from ledgerly_spark.receipt import Receipt

BLOCK_BYTES = 1024 * 1024

LINES = pa.schema([("kind", pa.string()), ("value", pa.string())])
TOTAL = pa.decimal128(38, 4)
ROWS = pa.schema([*LINES, ("invoice_id", pa.string()), ("total", TOTAL)])


@dataclass
class Outcome:
    """What came out of the binary so far."""

    results: int = 0
    rejects: int = 0
    bytes: int = 0
    end: dict[str, Any] | None = None
    summary: str | None = None
    digest: Any = field(default_factory=hashlib.sha256)


def filtered(
    batches: Iterator[pa.RecordBatch], program: Program, feed: Feed, form: Form
) -> Iterator[pa.RecordBatch]:
    """Run the binary over a split; give results, rejects, and at last the receipt."""
    context = TaskContext.get()
    split = context.partitionId() if context else 0
    first = next(batches, None)
    schema = ROWS if form is Form.ROWS else LINES
    if first is None:
        yield control("receipt", Receipt.of_nothing(split, program.sha256).to_json(), schema)
        return
    outcome = Outcome()
    run = Run(program.command(), chain([first], batches), feed)
    try:
        yield from READERS[form](run.stdout, outcome, form)
        fed = run.finish()
    finally:
        run.kill()
    receipt = verified(outcome, fed, split, program, form)
    yield control("receipt", receipt.to_json(), schema)


class Run:
    """The binary, fed by a thread while its output is read."""

    def __init__(self, command: list[str], batches: Iterator[pa.RecordBatch], feed: Feed) -> None:
        """Start the binary."""
        self.stderr = tempfile.TemporaryFile()  # noqa: SIM115
        self.process = subprocess.Popen(
            command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=self.stderr
        )
        self.fed: int | None = None
        self.problem: BaseException | None = None
        self.feeder = threading.Thread(target=self._feed, args=(feed, batches), daemon=True)
        self.feeder.start()

    @property
    def stdout(self) -> IO[bytes]:
        """Give the binary's output."""
        assert self.process.stdout is not None
        return self.process.stdout

    def _feed(self, feed: Feed, batches: Iterator[pa.RecordBatch]) -> None:
        stdin = self.process.stdin
        assert stdin is not None
        try:
            self.fed = feed(batches, stdin)
            stdin.close()
        except BrokenPipeError:
            self.problem = NotWholeError("the binary ended before it had read everything")
        except BaseException as error:
            # The input ends in the middle, so the binary must not come to its end.
            self.problem = error
            self.process.kill()

    def finish(self) -> int | None:
        """Wait for both ends; refuse what did not end well."""
        code = self.process.wait()
        self.feeder.join()
        if code not in DONE or self.problem is not None:
            self.stderr.seek(0)
            said = self.stderr.read().decode(errors="replace")[-SHOWN_CHARS:]
            raise NotWholeError(f"the binary ended with {code}: {said}") from self.problem
        return self.fed

    def kill(self) -> None:
        """Leave no process behind."""
        self.process.kill()
        self.process.wait()
        self.stderr.close()


def line_results(stdout: IO[bytes], outcome: Outcome, form: Form) -> Iterator[pa.RecordBatch]:
    """Give results as blocks of lines, a block a row: no line costs anything by itself."""
    waiting = b""
    while block := stdout.read(BLOCK_BYTES):
        block = waiting + block
        cut = block.rfind(b"\n") + 1
        block, waiting = block[:cut], block[cut:]
        yield from line_block(block, outcome, form)
    if waiting:
        raise NotWholeError("the binary's output ends within a line")


def line_block(block: bytes, outcome: Outcome, form: Form) -> Iterator[pa.RecordBatch]:
    """Take whole lines apart: results, and records that are none."""
    end = block.rfind(b"\n", 0, -1) + 1
    last = len(block) if not block.startswith(END, end) else end
    outcome.digest.update(block[:last])
    results, records = without_records(block)
    for record in records:
        yield from taken(record, outcome, LINES)
    if results:
        if outcome.bytes == 0:
            results = form.header + results
        outcome.bytes += len(results)
        yield control("total", results[:-1].decode(), LINES)


def without_records(block: bytes) -> tuple[bytes, list[bytes]]:
    """Separate the lines that are records from the results."""
    if MARK not in block:
        return block, []
    lines = block.splitlines(keepends=True)
    records = [line for line in lines if line.startswith(MARK)]
    return b"".join(line for line in lines if not line.startswith(MARK)), records


def row_results(stdout: IO[bytes], outcome: Outcome, _: Form) -> Iterator[pa.RecordBatch]:
    """Give results as rows of columns."""
    with pa.ipc.open_stream(stdout) as reader:
        for batch in reader:
            is_result = pc.is_null(batch.column("ledgerly"))
            records = batch.filter(pc.invert(is_result)).column("ledgerly").to_pylist()
            for record in records:
                yield from taken(record.encode(), outcome, ROWS)
            results = batch.filter(is_result)
            outcome.results += results.num_rows
            if results.num_rows:
                kinds = pa.array(["total"] * results.num_rows, pa.string())
                nothing = pa.nulls(results.num_rows, pa.string())
                columns = [kinds, nothing, results.column("invoice_id"), results.column("total")]
                yield pa.RecordBatch.from_arrays(columns, schema=ROWS)


def sum_results(stdout: IO[bytes], outcome: Outcome, form: Form) -> Iterator[pa.RecordBatch]:
    """Give the sums of a split as one text, whole, for the binary to add up."""
    text = stdout.read()
    for batch in line_block(text, outcome, form):
        if batch.column("kind")[0].as_py() == "reject":
            yield batch
    outcome.bytes = len(text)
    yield control("partial", text.decode().removesuffix("\n"), LINES)


READERS = {
    Form.LINES: line_results,
    Form.CSV: line_results,
    Form.ROWS: row_results,
    Form.SUMS: sum_results,
}


def taken(record: bytes, outcome: Outcome, schema: pa.Schema) -> Iterator[pa.RecordBatch]:
    """Note a record that is no result; a reject is handed on."""
    read = json.loads(record)
    kind = read["ledgerly"]
    if outcome.end is not None:
        raise NotWholeError("the binary's output goes on behind its last record")
    if kind == "reject":
        outcome.rejects += 1
        yield control("reject", record.decode().rstrip("\n"), schema)
    elif kind == "end":
        outcome.end = read
    elif kind == "summary":
        outcome.summary = summary_of(record)
    else:
        yield control(kind, record.decode().rstrip("\n"), schema)


def verified(
    outcome: Outcome, fed: int | None, split: int, program: Program, form: Form
) -> Receipt:
    """Hold what came out against the filter's last record, and that against what went in."""
    end = outcome.end
    if end is None:
        raise NotWholeError("the binary's output has no record at its end: it was cut short")
    # Rows are counted; a text, whose rows may go over lines, is known by its digest.
    results = outcome.results if form is Form.ROWS else end["priced"]
    if (results, outcome.rejects) != (end["priced"], end["rejected"]):
        raise NotWholeError(f"{results} results, {outcome.rejects} rejects of {end}")
    if form is not Form.ROWS and end["output"]["sha256"] != outcome.digest.hexdigest():
        raise NotWholeError("the binary's output was altered on its way")
    if fed is not None and fed != end["input"]["bytes"]:
        raise NotWholeError(f"{fed} bytes were sent, {end['input']['bytes']} were read")
    return Receipt.of_end(end, split, program.sha256, outcome.bytes, outcome.summary)


def control(kind: str, value: str, schema: pa.Schema) -> pa.RecordBatch:
    """Make a row of a kind and a text."""
    row = {name: [None] for name in schema.names} | {"kind": [kind], "value": [value]}
    return pa.RecordBatch.from_pydict(row, schema=schema)
