"""The service discovery file on the head, for a Ray that has no route that says the same."""

from __future__ import annotations

from raymon_tui.backends.base import Backend
from raymon_tui.backends.errors import UnreachableError
from raymon_tui.cluster.dashboard_process import at_dashboard

NAME = "prom_metrics_service_discovery.json"
DEFAULT_TEMP_DIR = "/tmp/ray"  # noqa: S108 - Ray's own
_READ_S = 10.0


def script(port: int) -> str:
    """Return a shell script that prints the file of the dashboard on `port`, whatever the temp dir it was given."""
    temp_dir = at_dashboard(port, "tr '\\0' '\\n' <\"$p/cmdline\" | sed -n 's/^--temp-dir=//p'")
    return f't=$({temp_dir}); cat "${{t:-{DEFAULT_TEMP_DIR}}}/{NAME}"'


async def read_discovery_file(backend: Backend) -> bytes:
    """Return what the file holds; raises the `RaymonError` of reading it."""
    done = await backend.run(["sh", "-c", script(backend.dashboard.port)], timeout_s=_READ_S)
    if done.returncode:
        said = done.stderr.decode("utf-8", "replace").strip()[:200] or "it failed"
        raise UnreachableError(f"read {NAME} on the head", said, "is that where Ray runs?")
    return done.stdout
