"""What the binary's output looks like; without pyarrow, which takes longer to load than a split."""

from __future__ import annotations

from enum import Enum

# What a line begins with that is not a result.
MARK = b'{"ledgerly":"'
END = MARK + b'end"'
SUMMARY = '{"ledgerly":"summary","summary":'
SHOWN_CHARS = 2000
# Exit codes: done, and done with rejects.
DONE = (0, 3)


class Form(Enum):
    """In which form the binary's results are read."""

    LINES = ("--filter",)
    CSV = ("--filter=csv",)
    ROWS = ("--filter=arrow",)
    # As one text: sums, which are few.
    SUMS = ("--filter", "--sums-only")

    @property
    def header(self) -> bytes:
        """Give what stands before the first result of a file."""
        return b"invoice_id,total\n" if self is Form.CSV else b""

    @property
    def arguments(self) -> tuple[str, ...]:
        """Give the binary's arguments for it."""
        arguments: tuple[str, ...] = self.value
        return arguments


def summary_of(record: bytes) -> str:
    """Take a summary out of its record, as it stands."""
    return record.decode().rstrip("\n").removeprefix(SUMMARY).removesuffix("}")
