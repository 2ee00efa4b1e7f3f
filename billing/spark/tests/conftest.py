"""A cluster of two executors on this machine, each a process of its own, and the binary."""

from __future__ import annotations

import csv
import io
import os
import subprocess
import sys
from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path

import pytest
from pyspark.sql import SparkSession

from ledgerly_spark import Program

BINARY = os.environ.get("LEDGERLY_BINARY", "")


@pytest.fixture(scope="session")
def binary() -> str:
    """Give the binary under test."""
    if not BINARY:
        pytest.fail("LEDGERLY_BINARY does not name the ledgerly binary")
    return BINARY


@pytest.fixture(scope="session")
def spark(tmp_path_factory: pytest.TempPathFactory) -> Iterator[SparkSession]:
    """Start the cluster; nothing of it is reached from other machines."""
    os.environ["SPARK_LOCAL_IP"] = "127.0.0.1"
    os.environ["PYSPARK_PYTHON"] = sys.executable
    folder = tmp_path_factory.mktemp("spark")
    os.environ["SPARK_WORKER_DIR"] = str(folder / "work")
    session = (
        SparkSession.builder.master("local-cluster[2,1,1024]")
        .appName("ledgerly tests")
        .config("spark.ui.enabled", False)
        .config("spark.driver.memory", "1g")
        .config("spark.local.dir", str(folder / "local"))
        .config("spark.sql.warehouse.dir", str(folder / "warehouse"))
        .config("spark.sql.shuffle.partitions", 4)
        .config("spark.task.maxFailures", 8)
        # A killed executor is replaced, however often that happens here.
        .config("spark.deploy.maxExecutorRetries", -1)
        .config("spark.python.worker.reuse", True)
        .getOrCreate()
    )
    session.sparkContext.setLogLevel("OFF")
    yield session
    session.stop()


def files_of(folder: Path) -> list[Path]:
    """List the data files of an output."""
    return sorted(path for path in folder.rglob("*") if path.is_file() and path.name[0] not in "._")


def lines_of(folder: Path) -> list[bytes]:
    """Read the lines of all files of an output, sorted."""
    return sorted(line for path in files_of(folder) for line in path.read_bytes().splitlines(True))


def shipped(spark: SparkSession, binary: str, command: str = "price", **files: str) -> Program:
    named = {f"--{name}": path for name, path in files.items()}
    return Program.ship(spark.sparkContext, binary, (command,), dict(named))


def one_machine(binary: str, *arguments: str) -> bytes:
    return subprocess.run([binary, *arguments], capture_output=True, check=False).stdout


def totals(lines: bytes) -> dict[str, Decimal]:
    """Read totals as one machine prints them."""
    return {
        row["invoice_id"]: Decimal(row["total"])
        for row in csv.DictReader(io.StringIO(lines.decode()))
    }
