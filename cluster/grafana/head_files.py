"""The dashboards that Ray writes for Grafana, read from the head: where they lie, and what is in them."""

from __future__ import annotations

import posixpath

from raymon_tui.backends.base import Backend
from raymon_tui.backends.errors import BadAnswerError, UnreachableError
from raymon_tui.cluster.dashboard_process import at_dashboard
from raymon_tui.cluster.grafana.model import Dashboard
from raymon_tui.cluster.grafana.parsing import dashboard_of
from raymon_tui.cluster.ray_api.words import spoken

_TRIED = "look for the dashboards that Ray generates"
_READ_S = 10.0
MOST_FILES = 100
LARGEST = 8 << 20
"""Bytes of one; the largest that Ray writes has half of one million."""


def script(port: int) -> str:
    """Return a shell script that prints the paths of the dashboards of the Ray whose own dashboard is on `port`.

    Where they lie is told by the command line and the environment of that process, and by Ray's default where there is
    no /proc.
    """
    where = (
        "s=$(tr '\\0' '\\n' < $p/cmdline | sed -n 's/^--session-dir=//p'); "
        "e=$(tr '\\0' '\\n' 2>/dev/null < $p/environ); "
        "d=$(echo \"$e\" | sed -n 's/^RAY_METRICS_GRAFANA_DASHBOARD_OUTPUT_DIR=//p'); "
        "r=$(echo \"$e\" | sed -n 's/^RAY_METRICS_OUTPUT_ROOT=//p'); "
        'ls -d "${d:-${r:-$s/metrics}/grafana/dashboards}"/*.json; exit'
    )
    return f"{at_dashboard(port, where)}; ls -d /tmp/ray/session_latest/metrics/grafana/dashboards/*.json"


async def dashboard_files(backend: Backend) -> tuple[str, ...]:
    """Return their paths on the head, at most `MOST_FILES`; raises the `RaymonError` of looking there."""
    done = await backend.run(["sh", "-c", script(backend.dashboard.port)], timeout_s=_READ_S)
    found = [line for line in done.stdout.decode("utf-8", "replace").splitlines() if line.endswith(".json")]
    if not found:
        said = spoken(done.stderr) or "there are none"
        raise UnreachableError(_TRIED, said, "Ray writes them as its dashboard starts, unless that is a minimal Ray.")
    return tuple(found[:MOST_FILES])


async def dashboard_in(backend: Backend, path: str) -> Dashboard:
    """Return the dashboard in a file on the head; raises the `RaymonError` of reading it, or of what is in it."""
    name = posixpath.basename(path)
    data = await backend.read(path, 0, LARGEST + 1)
    if len(data) > LARGEST:
        raise BadAnswerError(f"read the dashboard {name}", f"it is larger than {LARGEST >> 20} MiB", "")
    return dashboard_of(data, named=name.removesuffix(".json"))
