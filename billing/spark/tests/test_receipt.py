"""Receipts: exactly one of each split, made alike, and apart."""

import pytest

from ledgerly_spark.errors import NotWholeError
from ledgerly_spark.receipt import Receipt, are_apart, verify


def receipt(split: int, first: str = "A-1", last: str = "A-9", **other: object) -> Receipt:
    fields = {
        "split": split,
        "invoices": 3,
        "priced": 2,
        "rejected": 1,
        "output_bytes": 10,
        "first": first,
        "last": last,
        "ascending": True,
        "policy": ("hash",),
        "binary": "digest",
    }
    return Receipt(**{**fields, **other})  # type: ignore[arg-type]


def test_a_set_of_receipts_that_is_whole_is_taken() -> None:
    verify([receipt(1), receipt(0), Receipt.of_nothing(2, "digest")], 3)


@pytest.mark.parametrize(
    ("receipts", "problem"),
    [
        ([receipt(0)], "missing: \\[1\\]"),
        ([receipt(0), receipt(1), receipt(1)], "more than once: \\[1\\]"),
        ([receipt(0), receipt(1), receipt(2)], "2 splits"),
        ([receipt(0), receipt(1, priced=1)], "split 1 lost invoices"),
        ([receipt(0), receipt(1, policy=("other",))], "different policies"),
        ([receipt(0), receipt(1, binary="other")], "different binaries"),
    ],
)
def test_a_set_that_is_not_whole_is_refused(receipts: list[Receipt], problem: str) -> None:
    with pytest.raises(NotWholeError, match=problem):
        verify(receipts, 2)


def test_splits_are_apart_when_their_ranges_do_not_overlap() -> None:
    assert are_apart([receipt(0, "A-10", "A-11"), receipt(1, "A-1", "A-9")])
    # An invoice cut in two is the last of one split and the first of another.
    assert not are_apart([receipt(0, "A-1", "A-2"), receipt(1, "A-2", "A-3")])
    assert not are_apart([receipt(0, ascending=False), receipt(1, "B-1", "B-9")])
    # What stands in one split alone the binary has looked at.
    assert are_apart([receipt(0, ascending=False), Receipt.of_nothing(1, "digest")])


def test_a_receipt_is_read_as_it_was_written() -> None:
    assert Receipt.of_json(receipt(7).to_json()) == receipt(7)
