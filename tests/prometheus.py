"""A real Prometheus server, for as long as a test needs one."""

from __future__ import annotations

import contextlib
import shutil
import socket
import subprocess
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx
import pytest

PATIENCE_S = 60.0


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as server:
        port: int = server.getsockname()[1]
    return port


@contextmanager
def prometheus(directory: Path, config: str, port: int | None = None) -> Iterator[str]:
    """Run a server with this configuration, and give its URL once it is ready; it ends with the block."""
    program = shutil.which("prometheus")
    if program is None:
        pytest.skip("this machine cannot run Prometheus: Debian's package prometheus is not installed")
    (directory / "prometheus.yml").write_text(config)
    port = port or free_port()
    argv = (
        program,
        f"--config.file={directory / 'prometheus.yml'}",
        f"--storage.tsdb.path={directory / 'data'}",
        f"--web.listen-address=127.0.0.1:{port}",
    )
    with subprocess.Popen(argv, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True) as server:
        ready, said = threading.Event(), list[str]()

        def follow() -> None:
            # To the end: whoever writes into a full pipe stands still.
            for line in server.stderr or ():
                said.append(line)
                if "Server is ready" in line:
                    ready.set()

        following = threading.Thread(target=follow)
        following.start()
        try:
            assert ready.wait(PATIENCE_S), "".join(said[-10:])
            yield f"http://127.0.0.1:{port}"
        finally:
            server.terminate()
            following.join()


def up(url: str) -> dict[str, str]:
    """Return how each target is that the server scrapes."""
    with contextlib.suppress(httpx.HTTPError):
        found = httpx.get(f"{url}/api/v1/targets", trust_env=False).json()["data"]["activeTargets"]
        return {target["labels"]["instance"]: target["health"] for target in found}
    return {}
