"""The binary that is shipped with the job, and how it is called."""

from __future__ import annotations

import hashlib
import os
from dataclasses import dataclass
from functools import lru_cache

from pyspark import SparkContext, SparkFiles

from ledgerly_spark.errors import NotWholeError, UsageError

NAME = "ledgerly"


@lru_cache(maxsize=8)
def digest_of(path: str, _changed: int) -> str:
    """Hash a file; once a process, unless it has changed."""
    with open(path, "rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def digest(path: str) -> str:
    """Give the SHA-256 of the file at `path`."""
    return digest_of(path, os.stat(path).st_mtime_ns)


@dataclass(frozen=True)
class Program:
    """The binary, as each executor has it among the files of the job, and its arguments."""

    name: str
    sha256: str
    arguments: tuple[str, ...]
    # Arguments that name a file of the job.
    files: tuple[tuple[str, str], ...] = ()

    @staticmethod
    def ship(
        context: SparkContext,
        binary: str | None,
        arguments: tuple[str, ...],
        files: dict[str, str | None],
    ) -> Program:
        """Send the binary and files with the job; without a path the binary came with --files."""
        for path in [binary, *files.values()]:
            if path is not None:
                context.addFile(path)
        name = os.path.basename(binary) if binary else NAME
        path = SparkFiles.get(name)
        if not os.path.exists(path):
            raise UsageError(f"{name} was not shipped with the job (--files {name}, or --binary)")
        shipped = ((option, os.path.basename(path)) for option, path in files.items() if path)
        return Program(name, digest(path), arguments, tuple(shipped))

    def path(self) -> str:
        """Give the binary in this process; refuse another than was shipped."""
        path: str = SparkFiles.get(self.name)
        if digest(path) != self.sha256:
            raise NotWholeError(f"{path} is not the binary that was shipped with the job")
        return path

    def command(self) -> list[str]:
        """Give the command line in this process."""
        files = [text for option, name in self.files for text in (option, SparkFiles.get(name))]
        return [self.path(), *self.arguments, *files]
