"""The service discovery file on the head, for a Ray that has no route that says the same."""

from __future__ import annotations

from raymon_tui.backends.base import Backend
from raymon_tui.backends.errors import UnreachableError

NAME = "prom_metrics_service_discovery.json"
DEFAULT_TEMP_DIR = "/tmp/ray"  # noqa: S108 - Ray's own
_READ_S = 10.0


def script(port: int) -> str:
    """Return a shell script that prints the file of the dashboard on `port`, whatever the temp dir it was given."""
    return (
        "for p in /proc/[0-9]*; do c=$(tr '\\0' '\\n' < $p/cmdline 2>/dev/null) || continue; "
        f'case "$c" in *dashboard/dashboard.py*--port={port}*) '
        "t=$(printf '%s\\n' \"$c\" | sed -n 's/^--temp-dir=//p'); "
        f'cat "${{t:-{DEFAULT_TEMP_DIR}}}/{NAME}"; exit;; esac; done; cat {DEFAULT_TEMP_DIR}/{NAME}'
    )


async def read_discovery_file(backend: Backend) -> bytes:
    """Return what the file holds; raises the `RaymonError` of reading it."""
    done = await backend.run(["sh", "-c", script(backend.dashboard.port)], timeout_s=_READ_S)
    if done.returncode:
        said = done.stderr.decode("utf-8", "replace").strip()[:200] or "it failed"
        raise UnreachableError(f"read {NAME} on the head", said, "is that where Ray runs?")
    return done.stdout
