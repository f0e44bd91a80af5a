"""A launcher's file, read without trusting it: only what is needed of it, and nothing in it is run."""

from __future__ import annotations

import sys
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from raymon_tui.backends.errors import UnsupportedError, UsageError

LARGEST = 1 << 18
"""Bytes. Ray's own full examples have ten thousand."""
_ADVICE = "Name the YAML file that ray up was given."


@dataclass(frozen=True)
class LauncherFile:
    """What a launcher's file says, as far as it is known to be of the right type. `path` is None for standard input."""

    cluster_name: str
    provider: Mapping[str, Any] = field(repr=False)
    auth: Mapping[str, Any] = field(default_factory=dict, repr=False)
    docker: Mapping[str, Any] = field(default_factory=dict, repr=False)
    head_start_ray_commands: tuple[str, ...] = ()
    path: Path | None = None

    @property
    def provider_type(self) -> str:
        """Which way the nodes are had: `aws`, `local`, …"""
        return str(self.provider.get("type", ""))


def read_file(path: Path | None) -> LauncherFile:
    """Read the file, or standard input for None; raises `UsageError` where that is no launcher's file."""
    name = "standard input" if path is None else str(path)
    tried = f"read {name}"
    try:
        if path is None:
            data = sys.stdin.buffer.read(LARGEST + 1)
        else:
            with path.open("rb") as file:
                data = file.read(LARGEST + 1)
    except OSError as error:
        raise UsageError(tried, error.strerror or str(error), _ADVICE) from None
    return understood(data, tried, path)


def understood(data: bytes, tried: str, path: Path | None = None) -> LauncherFile:
    """Return what the bytes of a file say; raises `UsageError`, or `UnsupportedError` for a Kubernetes manifest."""
    if len(data) > LARGEST:
        raise UsageError(tried, f"it is larger than {LARGEST >> 10} KiB, which no launcher's file is", _ADVICE)
    try:
        text = data.decode("utf-8")
    except UnicodeDecodeError:
        raise UsageError(tried, "it holds no text", _ADVICE) from None
    documents = _documents(text, tried)
    if not documents:
        raise UsageError(tried, "it is empty", _ADVICE)
    for document in documents:
        if isinstance(document.get("provider"), dict) and document.get("cluster_name"):
            return _launcher_file(document, path)
    if any("apiVersion" in one and "kind" in one for one in documents):
        said = "it is a Kubernetes manifest, which this version cannot open yet"
        raise UnsupportedError(tried, said, "Forward the dashboard's port and name http://localhost:8265.")
    raise UsageError(tried, "it has no cluster_name and provider, as a launcher's file has", _ADVICE)


def _documents(text: str, tried: str) -> list[dict[str, Any]]:
    import yaml

    try:
        # The loader in C is faster, but a deeply nested file overflows its stack, and ends the program.
        found = list(yaml.load_all(text, Loader=yaml.SafeLoader))
    except yaml.MarkedYAMLError as error:
        where = f" in line {error.problem_mark.line + 1}" if error.problem_mark else ""
        raise UsageError(tried, f"it is no YAML that may be read: {error.problem}{where}", _ADVICE) from None
    except (yaml.YAMLError, ValueError, RecursionError) as error:
        raise UsageError(tried, f"it is no YAML that may be read: {type(error).__name__}", _ADVICE) from None
    return [one for one in found if isinstance(one, dict)]


def _launcher_file(document: Mapping[str, Any], path: Path | None) -> LauncherFile:
    def part(name: str) -> Mapping[str, Any]:
        found = document.get(name)
        return found if isinstance(found, dict) else {}

    commands = document.get("head_start_ray_commands")
    return LauncherFile(
        cluster_name=str(document["cluster_name"]),
        provider=part("provider"),
        auth=part("auth"),
        docker=part("docker"),
        head_start_ray_commands=tuple(map(str, commands)) if isinstance(commands, list) else (),
        path=path,
    )
