"""A real Ray cluster to measure on: one that is named, or one that is started for the purpose."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple

from raymon_tui.tui.demo.cluster import plan_cluster, running

_READY_S = 180.0


class RealCluster(NamedTuple):
    """The dashboard's URL, and `host:port` of its GCS."""

    dashboard: str
    gcs: str


@contextmanager
def real_cluster(dashboard: str | None, gcs: str) -> Iterator[RealCluster]:
    """Yield the cluster that is named, or start one that holds a little of everything and then keeps still."""
    if dashboard is not None:
        yield RealCluster(dashboard, gcs)
        return
    with running(plan_cluster(workload="sample"), lambda doing: print(f"{doing} …", flush=True)) as cluster:
        _await_file(cluster.temp_dir / "sample-is-there")
        yield RealCluster(cluster.dashboard_url, cluster.gcs_address)


def _await_file(path: Path) -> None:
    until = time.monotonic() + _READY_S
    while not path.exists():
        if time.monotonic() > until:
            raise TimeoutError(f"{path} was not written within {_READY_S:g} s")
        time.sleep(0.2)
