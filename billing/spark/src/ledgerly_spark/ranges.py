"""Parts of files, cut at lines, from file to pipe inside the kernel."""

from __future__ import annotations

import fcntl
import os
from contextlib import suppress
from dataclasses import dataclass
from typing import IO

from ledgerly_spark.errors import NotWholeError

# A split of a file ends behind the line in which its last byte stands; lines are sought in steps.
STEP_BYTES = 256 * 1024
# The more a pipe holds, the less often its two ends wait for each other.
PIPE_BYTES = 1024 * 1024


@dataclass(frozen=True)
class Range:
    """A part of a file: the lines that begin in it."""

    path: str
    start: int
    length: int


def lines_of(part: Range) -> tuple[int, int, bool]:
    """Tell where the lines that begin in `part` stand, and whether the last of them has no end."""
    with open(part.path, "rb", buffering=0) as file:
        size = os.fstat(file.fileno()).st_size
        start = line_start(file, part.start, size)
        end = line_start(file, part.start + part.length, size)
        lacks_end = end == size > start and os.pread(file.fileno(), 1, end - 1) != b"\n"
    return start, end, lacks_end


def send(part: Range, out: IO[bytes]) -> int:
    """Write the lines that begin in `part`."""
    out.flush()
    with suppress(OSError):
        # What a user may have is limited; the pipe is then as large as any.
        fcntl.fcntl(out.fileno(), fcntl.F_SETPIPE_SZ, PIPE_BYTES)
    position, end, lacks_end = lines_of(part)
    count = end - position
    with open(part.path, "rb", buffering=0) as file:
        while position < end:
            sent = os.sendfile(out.fileno(), file.fileno(), position, end - position)
            if sent == 0:
                raise NotWholeError(f"{part.path} has become shorter while it was read")
            position += sent
    # The file is whole, as its size says; a stream without a line end may be cut short.
    return count + (out.write(b"\n") if lacks_end else 0)


def line_start(file: IO[bytes], position: int, size: int) -> int:
    """Find where the first line begins that does not begin before `position`."""
    if position <= 0:
        return 0
    position -= 1
    while position < size:
        file.seek(position)
        step = file.read(STEP_BYTES)
        found = step.find(b"\n")
        if found >= 0:
            return position + found + 1
        position += len(step)
    return size
