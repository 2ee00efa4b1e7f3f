"""Books of invoices on a Spark cluster, priced by the ledgerly binary.

Spark reads, hands out and writes; every amount is computed by the binary, which runs as a stream
filter on each split. The counts of all splits are verified before the output appears.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from ledgerly_spark.book import Book
    from ledgerly_spark.errors import NotWholeError
    from ledgerly_spark.impacts import impact
    from ledgerly_spark.job import price
    from ledgerly_spark.manifest import Manifest
    from ledgerly_spark.program import Program

__all__ = ["Book", "Manifest", "NotWholeError", "Program", "impact", "price"]

PLACES = {"price": "job", "impact": "impacts", "NotWholeError": "errors"}


def __getattr__(name: str) -> Any:
    """Load what is asked for: a worker needs little of it, and loads it for each book anew."""
    if name not in __all__:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    module = PLACES.get(name, name.lower())
    return getattr(import_module(f"{__name__}.{module}"), name)
