"""Processes that look like the dashboards of other clusters, users and containers, of which a test can have any number.

They stand in for Ray where a real one cannot be had twice: what is looked at is a process, not what Ray does in it.
"""

from __future__ import annotations

import contextlib
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

_SCRIPT = """
import json, os, sys
from http.server import BaseHTTPRequestHandler, HTTPServer
from socket import AF_INET, AF_INET6

options = dict(word[2:].split("=", 1) for word in sys.argv[1:])
session = os.path.basename(options["session-dir"])

class Dashboard(BaseHTTPRequestHandler):
    def do_GET(self):
        told = {"ray_version": "2.60.0", "session_name": session}
        if self.path == "/api/authentication_mode":
            told = {"authentication_mode": options.get("token") and "token" or "disabled"}
        elif options.get("token"):
            told = {}
        self.send_response(200 if told else 401)
        self.end_headers()
        self.wfile.write(json.dumps(told).encode())

    def log_message(self, *_words):
        pass

class Server(HTTPServer):
    address_family = AF_INET6 if ":" in options["host"] else AF_INET
    allow_reuse_address = False
    allow_reuse_port = False

for port in range(int(options["port"]), int(options["port"]) + int(options["port-retries"]) + 1):
    try:
        server = Server((options["host"], port), Dashboard)
    except OSError:
        continue
    metrics = Server((options["host"], 0), Dashboard)
    print(server.server_address[1], flush=True)
    server.serve_forever()
"""


@dataclass(frozen=True)
class StandIn:
    """A process that runs, and the port on which it listens."""

    pid: int
    port: int


StartStandIn = Callable[..., StandIn]


@contextlib.contextmanager
def stand_ins(folder: Path) -> Iterator[StartStandIn]:
    """Give a function that starts one; all that it started end with the context."""
    script = folder / "ray" / "dashboard" / "dashboard.py"
    script.parent.mkdir(parents=True)
    script.write_text(_SCRIPT)
    folder.chmod(0o755)
    with contextlib.ExitStack() as running:

        def start(session: str, *, port: int, retries: int = 0, host: str = "127.0.0.1", **more: str) -> StandIn:
            before = more.pop("before", "").split()
            options = {
                "host": host,
                "port": str(port),
                "port-retries": str(retries),
                "temp-dir": f"/tmp/of_{session}",
                "session-dir": f"/tmp/of_{session}/{session}",
                "gcs-address": "10.0.0.1:6379",
                **more,
            }
            words = [f"--{name}={value}" for name, value in options.items()]
            process = running.enter_context(
                subprocess.Popen(
                    (*before, sys.executable, str(script), *words), stdout=subprocess.PIPE, stderr=subprocess.PIPE
                )
            )
            running.callback(process.kill)
            line = process.stdout.readline() if process.stdout else b""
            if not line:
                pytest.skip(f"this machine cannot start it: {process.stderr.read().decode() if process.stderr else ''}")
            return StandIn(process.pid, int(line))

        yield start
