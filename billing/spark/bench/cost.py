"""What processes have cost, by what they are: Spark's JVMs, Python, the binary."""

from __future__ import annotations

import os
import resource
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

TICKS = os.sysconf("SC_CLK_TCK")


@dataclass(frozen=True)
class Cost:
    """CPU seconds by kind of process, and seconds of the clock."""

    wall: float = 0.0
    java: float = 0.0
    python: float = 0.0
    binary: float = 0.0

    @property
    def cpu(self) -> float:
        """Add all up."""
        return self.java + self.python + self.binary

    @property
    def pipe(self) -> float:
        """Give what is not Spark itself: the binary, and what feeds and reads it."""
        return self.python + self.binary

    def mean(self, other: Cost) -> Cost:
        """Give what lies between two of the same."""
        return Cost(
            (self.wall + other.wall) / 2,
            (self.java + other.java) / 2,
            (self.python + other.python) / 2,
            (self.binary + other.binary) / 2,
        )

    def minus(self, other: Cost) -> Cost:
        """Give what came after `other`."""
        return Cost(
            self.wall - other.wall,
            self.java - other.java,
            self.python - other.python,
            self.binary - other.binary,
        )


def below() -> Cost:
    """Look at this process, those that it has started, and those below them.

    A process's ended children are told by their sums alone. Those of a Python process are taken for
    the binary: its workers live as long as the session, unless an executor is killed; so nothing is
    measured where one is.
    """
    parents: dict[int, int] = {}
    stats: dict[int, tuple[str, float, float]] = {}
    for entry in Path("/proc").iterdir():
        if not entry.name.isdigit():
            continue
        try:
            name, rest = (entry / "stat").read_text().split("(", 1)[1].rsplit(")", 1)
        except OSError:
            continue
        fields = rest.split()
        own, ended = (sum(map(int, fields[at : at + 2])) / TICKS for at in (11, 13))
        parents[int(entry.name)] = int(fields[1])
        stats[int(entry.name)] = (name, own, ended)

    def is_below(process: int) -> bool:
        while process > 1 and process != os.getpid():
            process = parents.get(process, 0)
        return process == os.getpid()

    java, python, binary = 0.0, time.process_time(), 0.0
    for process, (name, own, ended) in stats.items():
        if process == os.getpid() or not is_below(process):
            continue
        if name == "java":
            java += own + ended
        elif name.startswith("python"):
            python += own
            binary += ended
        else:
            binary += own
    return Cost(time.monotonic(), java, python, binary)


def of_job(run: Callable[[], object]) -> Cost:
    """Run a job; give what the processes below this one have spent on it."""
    before = below()
    run()
    return below().minus(before)


def of_child(run: Callable[[], object]) -> Cost:
    """Run a child to its end; give what it has spent."""
    before, started = children(), time.monotonic()
    run()
    return Cost(wall=time.monotonic() - started, binary=children() - before)


def children() -> float:
    """Give the CPU seconds of processes that have ended."""
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime
