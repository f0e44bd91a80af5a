"""The process that keeps a cluster: it starts it, says when it is up, and ends it when its own parent is gone.

Run as `python -m raymon_tui.tui.demo.keeper PLAN`, PLAN being the JSON of a `Plan`. On standard output it writes one
JSON object a line: `{"doing": …}` while it works, then `{"ready": …}` or `{"failed": …}`. It ends the cluster when its
standard input ends, which happens however the parent ends, or on a signal.
"""

from __future__ import annotations

import contextlib
import json
import os
import secrets
import select
import shutil
import signal
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from raymon_tui.tui.demo.configuration import (
    Plan,
    autoscaling_config,
    environment,
    start_command,
    token_file,
    workload_environment,
)
from raymon_tui.tui.demo.processes import adopt_orphans, end_cluster, end_with_parent, reap

UP_WITHIN_S = 180.0


class Stopped(Exception):  # noqa: N818 - it is no error
    """Whoever wanted the cluster is gone."""


def main() -> None:
    """Keep one cluster."""
    plan = Plan.from_json(json.loads(sys.argv[1]))
    for name in (signal.SIGTERM, signal.SIGHUP, signal.SIGINT):
        signal.signal(name, _stop)
    adopt_orphans()
    try:
        with contextlib.suppress(Stopped):
            _keep(plan)
    finally:
        for name in (signal.SIGTERM, signal.SIGHUP, signal.SIGINT):
            signal.signal(name, signal.SIG_IGN)
        end_cluster(os.getpid())
        shutil.rmtree(plan.temp_dir, ignore_errors=True)


def _stop(_number: int, _frame: object) -> None:
    raise Stopped


def _keep(plan: Plan) -> None:
    plan.temp_dir.mkdir(parents=True, exist_ok=True)
    config = plan.temp_dir / "autoscaling.json"
    config.write_text(json.dumps(autoscaling_config(plan)), encoding="utf-8")
    if plan.token:
        token_file(plan).touch(mode=0o600)
        token_file(plan).write_text(secrets.token_hex(24), encoding="utf-8")
    environ = environment(plan, os.environ)
    _say(doing="starting Ray")
    ray = _start(plan, "start", start_command(plan, config), environ)
    version = _await_dashboard(plan, ray)
    if plan.workload:
        _say(doing="starting the workload")
        script = Path(__file__).parent / "workloads" / f"{plan.workload}.py"
        _start(plan, "workload", (plan.python, str(script)), workload_environment(plan, environ))
    _say(ready={"session_name": version.get("session_name", ""), "ray_version": version.get("ray_version", "")})
    while ray.pid not in reap():
        _stop_if_left(within_s=1.0)


def _start(plan: Plan, name: str, command: Sequence[str], environ: Mapping[str, str]) -> subprocess.Popen[bytes]:
    """Start one process, whose output goes to `NAME.log` in the cluster's temp dir."""
    with _log(plan, name).open("wb") as out:
        return subprocess.Popen(
            command,
            env=environ,
            stdin=subprocess.DEVNULL,
            stdout=out,
            stderr=out,
            cwd=plan.temp_dir,
            preexec_fn=end_with_parent,  # noqa: PLW1509 - this process has one thread
        )


def _log(plan: Plan, name: str) -> Path:
    return plan.temp_dir / f"{name}.log"


def _await_dashboard(plan: Plan, ray: subprocess.Popen[bytes]) -> dict[str, Any]:
    until = time.monotonic() + UP_WITHIN_S
    while ray.poll() is None and time.monotonic() < until:
        _stop_if_left(within_s=0.2)
        with contextlib.suppress(OSError, ValueError):
            return _version(plan)
    _say(failed=_why_not(plan) if ray.poll() is not None else f"its dashboard did not answer in {UP_WITHIN_S:.0f} s")
    raise Stopped


def _why_not(plan: Plan) -> str:
    """Return the last words of `ray start`."""
    words = _log(plan, "start").read_text(encoding="utf-8", errors="replace").strip().splitlines()
    return "\n".join(words[-3:]) or "ray start ended without a word"


def _version(plan: Plan) -> dict[str, Any]:
    request = urllib.request.Request(f"http://127.0.0.1:{plan.ports.dashboard}/api/version")
    if plan.token:
        request.add_header("Authorization", f"Bearer {token_file(plan).read_text(encoding='utf-8')}")
    with urllib.request.urlopen(request, timeout=5) as answer:  # noqa: S310 - the address is our own
        decoded: dict[str, Any] = json.load(answer)
    return decoded


def _stop_if_left(within_s: float) -> None:
    """Wait so long for standard input to end, and raise `Stopped` if it does."""
    ready, _, _ = select.select([sys.stdin], [], [], within_s)
    if ready and not os.read(sys.stdin.fileno(), 4096):
        raise Stopped


def _say(**words: Any) -> None:
    with contextlib.suppress(BrokenPipeError):
        print(json.dumps(words), flush=True)  # noqa: T201 - this is how it speaks to its parent


if __name__ == "__main__":
    main()
