"""What the binary says at the end of a split, and what follows when all splits have said it."""

from __future__ import annotations

import itertools
import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass, replace
from typing import Any

from ledgerly_spark.errors import NotWholeError


@dataclass(frozen=True)
class Receipt:
    """That a split was filtered from its first record to its last."""

    split: int
    invoices: int
    priced: int
    rejected: int
    # How many bytes of results the split handed to Spark; 0 where results are rows.
    output_bytes: int
    first: str | None
    last: str | None
    ascending: bool
    policy: tuple[str, ...]
    binary: str
    # What the invoices come to, if that was asked for: JSON that is not read, so no digit changes.
    summary: str | None = None
    # The file in which the attempt left its results, where it wrote one itself.
    file: str | None = None

    @staticmethod
    def of_end(
        end: dict[str, Any], split: int, binary: str, output_bytes: int, summary: str | None = None
    ) -> Receipt:
        """Take over the record at the end of a filter's output."""
        ids = end["ids"]
        return Receipt(
            split=split,
            invoices=end["invoices"],
            priced=end["priced"],
            rejected=end["rejected"],
            output_bytes=output_bytes,
            first=ids["first"],
            last=ids["last"],
            ascending=ids["ascending"],
            policy=tuple(end["policy"]),
            binary=binary,
            summary=summary,
        )

    @staticmethod
    def of_nothing(split: int, binary: str) -> Receipt:
        """Stand for a split without a record, on which the binary need not run."""
        return Receipt(split, 0, 0, 0, 0, None, None, True, (), binary)

    def with_file(self, file: str) -> Receipt:
        """Say where the results are."""
        return replace(self, file=file)

    def to_json(self) -> str:
        """Write it in one line."""
        return json.dumps(asdict(self))

    @staticmethod
    def of_json(text: str) -> Receipt:
        """Read what `to_json` wrote."""
        fields = json.loads(text)
        return Receipt(**{**fields, "policy": tuple(fields["policy"])})


def id_order(invoice_id: str) -> tuple[int, bytes]:
    """Order identifiers as the binary does: shorter ones first."""
    text = invoice_id.encode()
    return len(text), text


def are_apart(receipts: Sequence[Receipt]) -> bool:
    """Tell whether the ranges alone show that no two splits have an invoice in common."""
    ranges = []
    if sum(receipt.invoices > 0 for receipt in receipts) < 2:
        # The binary has looked at what is in one split.
        return True
    for receipt in receipts:
        if receipt.first is None or receipt.last is None:
            continue
        if not receipt.ascending:
            return False
        ranges.append((id_order(receipt.first), id_order(receipt.last)))
    ranges.sort()
    return all(before[1] < after[0] for before, after in itertools.pairwise(ranges))


def verify(receipts: Sequence[Receipt], splits: int) -> None:
    """Refuse receipts that are not exactly one of each split, made alike."""
    seen = sorted(receipt.split for receipt in receipts)
    if seen != list(range(splits)):
        missing = sorted(set(range(splits)) - set(seen))
        doubled = sorted({split for split in seen if seen.count(split) > 1})
        raise NotWholeError(
            f"{splits} splits were handed out; missing: {missing}, more than once: {doubled}"
        )
    for receipt in receipts:
        if receipt.priced + receipt.rejected != receipt.invoices:
            raise NotWholeError(f"split {receipt.split} lost invoices: {receipt}")
    if len({receipt.policy for receipt in receipts if receipt.policy}) > 1:
        raise NotWholeError("the splits were priced under different policies")
    if len({receipt.binary for receipt in receipts}) > 1:
        raise NotWholeError("the splits were priced by different binaries")
