"""From what the user typed to the clusters that it can mean."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial
from importlib.metadata import EntryPoint, entry_points

from raymon_tui.backends.base import Backend, ConnectOptions, Endpoint
from raymon_tui.backends.errors import UnreachableError, UsageError
from raymon_tui.backends.targets import Target, UrlTarget, parse

GROUP = "raymon_tui.backends"
"""The entry-point group in which other packages register ways to reach a cluster.

An entry point names a function `(text: str, options: ConnectOptions) -> Backend | None`; its own name is the scheme of
the targets that it opens (`slurm` for `slurm://login/1234`). It returns None for a target that it does not know.
"""

BUILT_IN = ("http", "https")
"""Schemes that are ours; to look for plug-ins costs tens of milliseconds, which these are spared."""


@dataclass(frozen=True)
class Candidate:
    """A cluster that a target can mean: what to call it, and how to open it (which connects to nothing yet)."""

    title: str
    open: Callable[[], Backend]


def resolve(
    text: str | None, options: ConnectOptions, environ: Mapping[str, str] | None = None
) -> tuple[Candidate, ...]:
    """Return the clusters that `text` can mean, at least one; several only where nothing was typed.

    Raises `UsageError` where it means nothing, `UnreachableError` where nothing was typed and nothing is found.
    """
    environ = os.environ if environ is None else environ
    if text is None:
        return _unnamed(options, environ)
    plugin = _plugin_for(text)
    return (_from_plugin(plugin, text, options) if plugin is not None else _from_target(parse(text), options, environ),)


def one_of(candidates: tuple[Candidate, ...]) -> Candidate:
    """Return the only candidate; raises `UsageError` that lists them where there are several and nobody to ask."""
    if len(candidates) == 1:
        return candidates[0]
    titles = "\n".join(f"  {candidate.title}" for candidate in candidates)
    raise UsageError(
        "find the Ray cluster on this machine", f"there are {len(candidates)}:\n{titles}", "name one: http://HOST:PORT"
    )


def _unnamed(options: ConnectOptions, environ: Mapping[str, str]) -> tuple[Candidate, ...]:
    # Imported here: to look through all processes costs what only this form of a target needs.
    from raymon_tui.backends.local import LocalBackend
    from raymon_tui.backends.local_clusters import find_local_clusters

    clusters = find_local_clusters()
    if options.dashboard_port is not None:
        clusters = tuple(cluster for cluster in clusters if cluster.port == options.dashboard_port)
    if clusters:
        return tuple(
            Candidate(cluster.title, partial(LocalBackend, Endpoint(cluster.host, cluster.port), options, environ))
            for cluster in clusters
        )
    for name in ("RAY_API_SERVER_ADDRESS", "RAY_ADDRESS"):
        address = environ.get(name, "")
        if address.lower().startswith(("http://", "https://")):
            return (_from_target(parse(address), options, environ),)
    raise UnreachableError(
        "find a Ray cluster on this machine",
        "no dashboard runs here, and neither RAY_API_SERVER_ADDRESS nor RAY_ADDRESS names one",
        "start one (ray start --head), name one (raymon-tui http://HOST:8265), or try raymon-tui demo",
    )


def _from_target(target: Target, options: ConnectOptions, environ: Mapping[str, str]) -> Candidate:
    if isinstance(target, UrlTarget):
        from raymon_tui.backends.http import HttpBackend

        return Candidate(str(target), lambda: HttpBackend(target, options, environ))
    raise AssertionError(target)


def _plugin_for(text: str) -> EntryPoint | None:
    scheme, separator, _ = text.partition("://")
    if not separator or scheme.lower() in BUILT_IN:
        return None
    return next((point for point in entry_points(group=GROUP) if point.name == scheme), None)


def _from_plugin(plugin: EntryPoint, text: str, options: ConnectOptions) -> Candidate:
    def open_it() -> Backend:
        opened: Backend | None = plugin.load()(text, options)
        if opened is None:
            raise UsageError(f"open {text!r}", f"{plugin.value} does not know it", f"ask {plugin.name}'s documentation")
        return opened

    return Candidate(text, open_it)
