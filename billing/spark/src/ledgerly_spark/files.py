"""Files as Spark sees them: any file system that Hadoop knows, from the driver."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from pyspark.sql import SparkSession


@dataclass(frozen=True)
class Files:
    """The file system of a path."""

    gateway: Any
    system: Any

    @staticmethod
    def of(spark: SparkSession, path: str) -> Files:
        """Find the file system of `path`."""
        context = spark.sparkContext
        gateway = context._jvm
        configuration = context._jsc.hadoopConfiguration()
        return Files(gateway, Files._path(gateway, path).getFileSystem(configuration))

    @staticmethod
    def _path(gateway: Any, path: str) -> Any:
        return gateway.org.apache.hadoop.fs.Path(path)

    def path(self, path: str) -> Any:
        """Give the path as Hadoop has it."""
        return Files._path(self.gateway, path)

    def local(self, path: str) -> str | None:
        """Give the path without a scheme, where plain programs can open it."""
        uri = self.system.makeQualified(self.path(path)).toUri()
        return str(uri.getPath()) if uri.getScheme() == "file" else None

    def exists(self, path: str) -> bool:
        """Tell whether something stands there."""
        return bool(self.system.exists(self.path(path)))

    def remove(self, path: str) -> None:
        """Remove a folder and all in it, if it is there."""
        self.system.delete(self.path(path), True)

    def rename(self, old: str, new: str) -> None:
        """Rename; refuse to go on when the file system says no."""
        if not self.system.rename(self.path(old), self.path(new)):
            raise OSError(f"{old} cannot be renamed to {new}")

    def make_folder(self, path: str) -> None:
        """Make a folder and those above it."""
        self.system.mkdirs(self.path(path))

    def write(self, path: str, text: str) -> None:
        """Write a file that must not exist yet: aside first, so that it appears whole."""
        aside = f"{path}.partial"
        out = self.system.create(self.path(aside), True)
        out.write(bytearray(text.encode()))
        out.close()
        self.rename(aside, path)

    def sizes(self, path: str) -> list[tuple[str, int]]:
        """List the data files at or under a path or pattern with their sizes, by name."""
        found: list[tuple[str, int]] = []
        for status in self.system.globStatus(self.path(path)) or []:
            if status.isDirectory():
                found += self._under(status.getPath())
            else:
                found.append((status.getPath().toString(), int(status.getLen())))
        return sorted(found)

    def _under(self, folder: Any) -> list[tuple[str, int]]:
        found = []
        entries = self.system.listFiles(folder, True)
        while entries.hasNext():
            status = entries.next()
            path = status.getPath()
            if not path.getName().startswith(("_", ".")):
                found.append((path.toString(), int(status.getLen())))
        return found
