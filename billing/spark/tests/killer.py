"""Kills an executor in each stage of a job, and a binary within its split."""

from __future__ import annotations

import os
import signal
import stat
import threading
from pathlib import Path

from pyspark.sql import SparkSession


def executors() -> list[int]:
    """Find the executors that this process started, by way of its JVM."""
    parents: dict[int, int] = {}
    named: list[int] = []
    for entry in Path("/proc").iterdir():
        if not entry.name.isdigit():
            continue
        try:
            fields = (entry / "stat").read_text().rsplit(")", 1)[1].split()
            if b"CoarseGrainedExecutorBackend" in (entry / "cmdline").read_bytes():
                named.append(int(entry.name))
        except OSError:
            continue
        parents[int(entry.name)] = int(fields[1])

    def is_ours(process: int) -> bool:
        while process > 1:
            if process == os.getpid():
                return True
            process = parents.get(process, 0)
        return False

    return sorted(process for process in named if is_ours(process))


class Killer:
    """While it is entered, each stage loses an executor as soon as a task of it runs."""

    def __init__(self, spark: SparkSession) -> None:
        """Watch the stages of `spark`."""
        self.tracker = spark.sparkContext.statusTracker()
        self.killed: set[int] = set()
        self.is_over = threading.Event()
        self.thread = threading.Thread(target=self.watch, daemon=True)

    def __enter__(self) -> Killer:
        """Begin to watch."""
        self.thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        """Watch no more."""
        self.is_over.set()
        self.thread.join()

    def watch(self) -> None:
        """Look for stages that have lost none yet."""
        while not self.is_over.wait(0.01):
            for stage in self.tracker.getActiveStageIds():
                info = self.tracker.getStageInfo(stage)
                found = executors()
                if stage in self.killed or not found or not info or not info.numActiveTasks:
                    continue
                os.kill(found[len(self.killed) % len(found)], signal.SIGKILL)
                self.killed.add(stage)


def dying(binary: str, folder: Path) -> str:
    """Give a binary that ends too early twice: once as if all were well, once by SIGKILL."""
    folder.mkdir()
    # Spark ships a file of one name once in a session.
    wrapper = folder / f"dying-{folder.parent.name}"
    wrapper.write_text(
        f"""#!/bin/sh
case "$*" in *--merge*) exec {binary} "$@";; esac
if mkdir {folder}/cut-short 2>/dev/null; then
    {binary} "$@" | head -c 65536
    exit 0
fi
if mkdir {folder}/killed 2>/dev/null; then
    {binary} "$@" | head -c 65536
    kill -9 $$
fi
exec {binary} "$@"
"""
    )
    wrapper.chmod(wrapper.stat().st_mode | stat.S_IXUSR | stat.S_IXGRP | stat.S_IXOTH)
    return str(wrapper)
