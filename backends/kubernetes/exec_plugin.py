"""A kubeconfig's exec plug-in: a program that says who we are, run as kubectl runs it, but never with this terminal.

The client library runs it without a limit of time, lets it write into whatever is on the screen, and tells nobody but a
log why it failed.
"""

from __future__ import annotations

import contextlib
import json
import os
import shutil
import signal
import subprocess
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from anyio import from_thread

from raymon_tui.backends.errors import RefusedError, TimedOutError, UsageError

ENDS_WITHIN_S = 60.0
_LOOK_S = 0.1
_CLUSTER_KEYS = ("server", "tls-server-name", "insecure-skip-tls-verify", "certificate-authority-data", "proxy-url")
_BY_HAND = "run kubectl get pods in a shell, where it can ask you, and then try again"


def credential(plugin: Mapping[str, Any], directory: Path, cluster: Mapping[str, Any]) -> Mapping[str, Any]:
    """Return the `status` of the ExecCredential that a plug-in prints: a token, or a certificate and its key.

    Blocks; to be called in a worker thread of anyio, whose cancellation ends the plug-in. Raises `UsageError` where it
    cannot be started, `RefusedError` where it fails, `TimedOutError` where it does not end.
    """
    name = str(plugin.get("command") or "")
    tried = f"ask the plug-in {Path(name).name or 'of the kubeconfig'} who we are"
    program = str(directory / name) if "/" in name else shutil.which(name)
    if not name or program is None:
        hint = " ".join(str(plugin.get("installHint") or "").split())
        raise UsageError(tried, "it is not installed here", hint or "install it, or use another context (--context)")
    words = [program, *(str(word) for word in plugin.get("args") or ())]
    try:
        process = subprocess.Popen(  # noqa: S603 - what the user's own kubeconfig names, without a shell
            words,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            env=_environment(plugin, cluster),
            start_new_session=True,
        )
    except OSError as error:
        raise UsageError(tried, error.strerror or str(error), "is it a program, and yours to run?") from None
    with process:
        try:
            out, err = _outcome(process, tried)
        finally:
            _end(process)
    if process.returncode:
        raise RefusedError(tried, _last_words(err) or f"it failed ({process.returncode})", _BY_HAND)
    return _status(out, plugin, tried)


def _outcome(process: subprocess.Popen[bytes], tried: str) -> tuple[bytes, bytes]:
    """Return what a plug-in wrote until it ended."""
    until, said = time.monotonic() + ENDS_WITHIN_S, b""
    while time.monotonic() < until:
        from_thread.check_cancelled()
        try:
            return process.communicate(timeout=_LOOK_S)
        except subprocess.TimeoutExpired as waiting:
            said = waiting.stderr or b""
    words = _last_words(said) or f"it did not end within {ENDS_WITHIN_S:.0f} s"
    raise TimedOutError(tried, words, _BY_HAND)


def _end(process: subprocess.Popen[bytes]) -> None:
    """End a plug-in that still runs, with all that it has started: many are scripts around another program.

    What one leaves behind that has ended by itself is meant to stay.
    """
    if process.returncode is None:
        with contextlib.suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)


def _environment(plugin: Mapping[str, Any], cluster: Mapping[str, Any]) -> dict[str, str]:
    spec: dict[str, Any] = {"interactive": False}
    if plugin.get("provideClusterInfo"):
        spec["cluster"] = {key: cluster[key] for key in _CLUSTER_KEYS if key in cluster}
        for one in cluster.get("extensions") or ():
            if one.get("name") == "client.authentication.k8s.io/exec":
                spec["cluster"]["config"] = one.get("extension")
    about = {"apiVersion": plugin.get("apiVersion"), "kind": "ExecCredential", "spec": spec}
    given = {str(one["name"]): str(one["value"]) for one in plugin.get("env") or ()}
    return {**os.environ, **given, "KUBERNETES_EXEC_INFO": json.dumps(about)}


def _status(out: bytes, plugin: Mapping[str, Any], tried: str) -> Mapping[str, Any]:
    """Return the credential; what is none is refused without a word of it."""
    try:
        answer = json.loads(out)
        status = answer["status"]
        good = answer["kind"] == "ExecCredential" and answer["apiVersion"] == plugin.get("apiVersion")
    except (ValueError, TypeError, KeyError):
        status, good = None, False
    if not good or not isinstance(status, dict) or not {"token", "clientCertificateData"} & status.keys():
        advice = "does the apiVersion in the kubeconfig fit the plug-in's version?"
        raise RefusedError(tried, f"what it prints is no ExecCredential of {plugin.get('apiVersion')}", advice)
    return status


def _last_words(err: bytes) -> str:
    lines = [line.strip() for line in err.decode("utf-8", "replace").splitlines() if line.strip()]
    return " / ".join(lines[-3:])[:300]
