"""What a job has done, as it stands beside its output."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass

from ledgerly_spark.receipt import Receipt

NAME = "manifest.json"


@dataclass(frozen=True)
class Manifest:
    """Written last: an output folder without it was cut short."""

    invoices: int
    priced: int
    rejected: int
    policy: tuple[str, ...]
    binary: str
    source: tuple[str, ...]
    grouping: str
    splits: tuple[dict[str, int], ...]

    @staticmethod
    def of(receipts: Sequence[Receipt], source: Sequence[str], grouping: str) -> Manifest:
        """Add the splits up."""
        counts = [
            {
                "split": receipt.split,
                "invoices": receipt.invoices,
                "priced": receipt.priced,
                "rejected": receipt.rejected,
            }
            for receipt in sorted(receipts, key=lambda receipt: receipt.split)
        ]
        policies = {receipt.policy for receipt in receipts if receipt.policy}
        return Manifest(
            invoices=sum(receipt.invoices for receipt in receipts),
            priced=sum(receipt.priced for receipt in receipts),
            rejected=sum(receipt.rejected for receipt in receipts),
            policy=next(iter(policies), ()),
            binary=next((receipt.binary for receipt in receipts), ""),
            source=tuple(source),
            grouping=grouping,
            splits=tuple(counts),
        )

    def to_json(self) -> str:
        """Write it for people and programs."""
        return json.dumps(asdict(self), indent=2) + "\n"
