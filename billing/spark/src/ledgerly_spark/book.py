"""What a job is asked for."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True)
class Book:
    """What is read, and where the results go."""

    source: Sequence[str]
    output: str
    input_format: str = "ndjson"
    output_format: str = "ndjson"
    # Bring the rows of an invoice together by a shuffle into so many partitions.
    repartition: int | None = None
    # Parts of NDJSON files; otherwise as large as suits the book and the cluster.
    split_bytes: int | None = None
    # Let Spark read and write also what executors could read and write by themselves.
    through_spark: bool = False
