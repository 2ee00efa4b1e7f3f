"""How long a book takes on a cluster that is not here: splits, skew, lost executors, commit.

A queue of splits over executors, from a seed. What one split costs was measured; the rest is
assumed and stands in `Cluster`.
"""

from __future__ import annotations

import argparse
import heapq
import random
from dataclasses import dataclass

from ledgerly_spark.reading import part_bytes


@dataclass(frozen=True)
class Cluster:
    """What a split costs, and what the cluster gives."""

    cores: int
    # Seconds of CPU for a million invoices of NDJSON, and for starting a split.
    cpu_per_million: float
    cpu_per_split: float
    # Bytes of an invoice read and written, and what all storage together gives in a second.
    bytes_per_invoice: float
    storage_bytes_per_second: float = 20e9
    # What a core has of its machine's network: 16 cores behind 20 Gbit/s.
    network_bytes_per_second: float = 150e6
    # The driver starts so many tasks, and renames so many files, in a second.
    tasks_per_second: float = 400.0
    renames_per_second: float = 200.0
    # An executor core is lost once in so many seconds, and replaced after a while.
    seconds_between_losses: float = 30 * 24 * 3600.0
    seconds_to_replace: float = 30.0


@dataclass(frozen=True)
class Run:
    """What came out."""

    hours: float
    core_hours: float
    retried: int
    bottleneck: str


def simulate(
    invoices: int, per_split: int, cluster: Cluster, skew: float, giants: int, seed: int
) -> Run:
    """Run all splits; each takes the core that is free first."""
    numbers = random.Random(seed)
    splits = max(1, invoices // per_split)
    mean = cluster.cpu_per_split + cluster.cpu_per_million * per_split / 1e6
    free = [0.0] * min(cluster.cores, splits)
    bytes_per_split = per_split * cluster.bytes_per_invoice
    storage = bytes_per_split * len(free) / cluster.storage_bytes_per_second
    network = bytes_per_split / cluster.network_bytes_per_second
    reading = max(storage, network)
    busy, computing, retried, end = 0.0, 0.0, 0, 0.0
    for index in range(splits):
        started = max(heapq.heappop(free), index / cluster.tasks_per_second)
        # An invoice of a million lines stands in one split, and nothing can share it.
        giant = 1.0 * cluster.cpu_per_million if index >= splits - giants else 0.0
        cpu = mean * numbers.lognormvariate(-(skew**2) / 2, skew) + giant
        computing += cpu
        work = max(cpu, reading)
        while numbers.random() < work / cluster.seconds_between_losses:
            lost = numbers.random() * work
            busy, retried = busy + lost, retried + 1
            started += lost + cluster.seconds_to_replace
        busy += work
        end = max(end, started + work)
        heapq.heappush(free, started + work)
    commit = splits / cluster.renames_per_second
    parts = {
        "CPU": computing / len(free),
        "storage": storage * splits / len(free),
        "network": network * splits / len(free),
        "driver": splits / cluster.tasks_per_second,
        "commit": commit,
    }
    bottleneck = max(parts, key=lambda name: parts[name])
    return Run((end + commit) / 3600, busy / 3600, retried, bottleneck)


def per_split(invoices: int, cores: int, bytes_per_invoice: float) -> int:
    """Give how many invoices the job puts into a part: a few parts a core, 64 MiB to 1 GiB."""
    return int(part_bytes(int(invoices * bytes_per_invoice), cores) / bytes_per_invoice)


def main() -> None:
    """Print a table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--cpu-per-million", type=float, required=True, help="measured")
    parser.add_argument("--cpu-per-split", type=float, required=True, help="measured")
    parser.add_argument("--bytes-per-invoice", type=float, required=True, help="read and written")
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    print("invoices   cores  a split  skew giants      hours  core-hours  retried  bottleneck")
    for invoices in (10**9, 10**11):
        for cores, skew, giants in [
            (16, 0.2, 0),
            (256, 0.2, 0),
            (256, 1.0, 20),
            (4096, 0.2, 0),
        ]:
            size = per_split(invoices, cores, options.bytes_per_invoice)
            cluster = Cluster(
                cores, options.cpu_per_million, options.cpu_per_split, options.bytes_per_invoice
            )
            run = simulate(invoices, size, cluster, skew, giants, options.seed)
            print(
                f"{invoices:8.0e} {cores:7} {size:8} {skew:5} {giants:6} {run.hours:10.3f}"
                f" {run.core_hours:11.1f} {run.retried:8}  {run.bottleneck}"
            )


if __name__ == "__main__":
    main()
