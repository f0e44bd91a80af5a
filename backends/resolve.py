"""From what the user typed to the clusters that it can mean."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Mapping
from contextlib import nullcontext
from dataclasses import dataclass, replace
from functools import partial
from typing import TYPE_CHECKING

from raymon_tui.backends.base import Backend, ConnectOptions, Endpoint
from raymon_tui.backends.errors import UnreachableError, UnsupportedError, UsageError
from raymon_tui.backends.left_out import left_out
from raymon_tui.backends.parsing import FORMS, parse
from raymon_tui.backends.targets import (
    FileTarget,
    KubernetesKind,
    KubernetesTarget,
    LocalTarget,
    NamespaceTarget,
    SshTarget,
    Target,
    UrlTarget,
)

if TYPE_CHECKING:
    from importlib.metadata import EntryPoint

    from raymon_tui.backends.kubernetes.manifest import ManifestObject
    from raymon_tui.backends.kubernetes.whole_cluster import WholeCluster
    from raymon_tui.backends.ssh.description import SshDestination

GROUP = "raymon_tui.backends"
"""The entry-point group in which other packages register ways to reach a cluster.

An entry point names a function `(text: str, options: ConnectOptions) -> Backend | None`; its own name is the scheme of
the targets that it opens (`slurm` for `slurm://login/1234`). It returns None for a target that it does not know.
"""

BUILT_IN = ("http", "https", "ssh")
"""Schemes that are ours; to look for plug-ins costs tens of milliseconds, which these are spared."""


@dataclass(frozen=True)
class Candidate:
    """A cluster that a target can mean: what to call it, and how to open it (which connects to nothing yet)."""

    title: str
    open: Callable[[], Backend]
    question: str = "Several Ray clusters run here. Which one?"
    """What is asked where several are to be chosen from."""


def resolve(
    text: str | None, options: ConnectOptions, environ: Mapping[str, str] | None = None
) -> tuple[Candidate, ...]:
    """Return the clusters that `text` can mean, at least one; several of a manifest, or where no name was typed.

    An API server is asked only where all namespaces are meant, or one of them without a name. Raises `UsageError` where
    the text means nothing, `UnreachableError` where nothing was typed and nothing is found.
    """
    environ = os.environ if environ is None else environ
    plugin = _plugin_for(text) if text is not None else None
    if text is not None and plugin is not None:
        return (_from_plugin(plugin, text, options),)
    target = parse(text)
    if isinstance(target, FileTarget):
        return _from_file(target, options, environ)
    if isinstance(target, LocalTarget) and not options.names_kubernetes:
        return _unnamed(options, environ)
    if isinstance(target, LocalTarget | NamespaceTarget):
        there = replace(options, namespace=target.name) if isinstance(target, NamespaceTarget) else options
        return _in_kubernetes("raycluster", None, there, environ)
    if isinstance(target, KubernetesTarget) and options.all_namespaces:
        return _in_kubernetes(target.kind, target.name, options, environ)
    return (_from_target(target, options, environ),)


def one_of(candidates: tuple[Candidate, ...]) -> Candidate:
    """Return the only candidate; raises `UsageError` that lists them where there are several and nobody to ask."""
    if len(candidates) == 1:
        return candidates[0]
    titles = "\n".join(f"  {candidate.title}" for candidate in candidates)
    raise UsageError(
        "choose a Ray cluster",
        f"there are {len(candidates)}:\n{titles}",
        "name one by its address: raymon-tui http://HOST:PORT; of a file's objects with --name KIND/NAME, of several "
        "namespaces with -n",
    )


def _unnamed(options: ConnectOptions, environ: Mapping[str, str]) -> tuple[Candidate, ...]:
    # Imported here: to look through all processes costs what only this form of a target needs.
    from raymon_tui.backends.local import LocalBackend
    from raymon_tui.backends.local_clusters import find_local_clusters

    wanted, where = options.dashboard_port, "no dashboard runs here"
    clusters = find_local_clusters()
    if wanted is not None:
        where = f"no dashboard listens on port {wanted} here"
        clusters = tuple(cluster for cluster in clusters if cluster.port == wanted)
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
        f"{where}, and neither RAY_API_SERVER_ADDRESS nor RAY_ADDRESS is an http(s) address",
        "start one (ray start --head), name one (raymon-tui http://HOST:8265), or try raymon-tui demo",
    )


def _from_target(target: Target, options: ConnectOptions, environ: Mapping[str, str]) -> Candidate:
    if isinstance(target, UrlTarget):
        from raymon_tui.backends.http import HttpBackend

        return Candidate(str(target), lambda: HttpBackend(target, options, environ))
    if isinstance(target, SshTarget):
        return Candidate(str(target), partial(_by_ssh, destination_of(target, options), options, environ))
    if isinstance(target, KubernetesTarget):
        return Candidate(str(target), partial(_by_kubernetes, target, options, environ))
    said = "this version cannot open targets of this form yet"
    raise UsageError(f"open {target}", said, f"what it can open is:\n{FORMS}")


def destination_of(target: SshTarget, options: ConnectOptions) -> SshDestination:
    """Return where an address leads; what the command line says comes before what the address says."""
    # Imported here, as all of SSH: other targets need none of it.
    from raymon_tui.backends.ssh.description import DASHBOARD, SshDestination
    from raymon_tui.backends.ssh.jumps import jumps_named

    port = options.dashboard_port
    return SshDestination(
        host=target.host,
        port=target.port,
        user=options.ssh_user or target.user,
        keys=(options.ssh_key,) if options.ssh_key else (),
        jumps=jumps_named(options.jump),
        dashboard=DASHBOARD if port is None else Endpoint(DASHBOARD.host, port),
        port_named=port is not None,
        accept_new_host_key=options.accept_new_host_key,
    )


def _from_file(target: FileTarget, options: ConnectOptions, environ: Mapping[str, str]) -> tuple[Candidate, ...]:
    # Imported here: to read YAML takes 15 ms, and other targets need none.
    from raymon_tui.backends.files import LauncherFile, opened_file
    from raymon_tui.backends.launcher.destination import destination_of as head_of

    found = opened_file(target.path, options.object_name)
    if isinstance(found, LauncherFile):
        destination = head_of(found.cluster, found.data, options)
        title = f"{found.cluster.name} ({target})"
        return (Candidate(title, partial(_by_ssh, destination, options, environ)),)
    return tuple(one for document in found for one in _from_document(document, target, options, environ))


def _from_document(
    one: ManifestObject, target: FileTarget, options: ConnectOptions, environ: Mapping[str, str]
) -> tuple[Candidate, ...]:
    # Imported here: what speaks to an API server is needed for nothing else.
    from raymon_tui.backends.kubernetes.looking import cluster_instead

    there = replace(options, namespace=options.namespace or one.namespace)
    if options.all_namespaces:
        return _in_kubernetes(one.kind, one.name, options, environ, one.prefix)
    cluster = cluster_instead(one, there, environ) if one.selector and one.name else None
    means = KubernetesTarget("raycluster", cluster) if cluster else KubernetesTarget(one.kind, one.name or "")
    title = f"{means if cluster else one} ({target})"
    opened = partial(_by_kubernetes, means, there, environ, one.prefix)
    return (Candidate(title, opened, "The file holds several Ray objects. Which one?"),)


def _in_kubernetes(
    kind: KubernetesKind,
    name: str | None,
    options: ConnectOptions,
    environ: Mapping[str, str],
    prefix: str | None = None,
) -> tuple[Candidate, ...]:
    """Return the objects of that kind that are there: in all namespaces, or in the one that is meant."""
    # Imported here: what speaks to an API server is needed for nothing else.
    from raymon_tui.backends.kubernetes.looking import objects_found

    candidates = []
    for found in objects_found(kind, options, environ, name=name, prefix=prefix):
        there = replace(options, namespace=found.namespace, all_namespaces=False)
        # A name that is made from a prefix is followed to the next one, and so is not taken as it is now.
        means = KubernetesTarget(kind, found.name if prefix is None else "")
        opened = partial(_by_kubernetes, means, there, environ, prefix)
        title = f"{kind}/{found.name} -n {found.namespace}"
        candidates.append(Candidate(title, opened, "There are several in Kubernetes. Which one?"))
    return tuple(candidates)


def _by_ssh(destination: SshDestination, options: ConnectOptions, environ: Mapping[str, str]) -> Backend:
    # Imported here: paramiko takes as long as Textual.
    with left_out("invoke") if shutil.which("ssh") else nullcontext():
        from raymon_tui.backends.ssh.backend import SshBackend

    return SshBackend(destination, options, environ, options.asking)


def _by_kubernetes(
    target: KubernetesTarget, options: ConnectOptions, environ: Mapping[str, str], prefix: str | None = None
) -> Backend:
    # Imported here: websockets and what speaks to an API server are needed for nothing else.
    from raymon_tui.backends.kubernetes.backend import KubernetesBackend

    return KubernetesBackend(target.kind, target.name, options, environ, prefix=prefix)


def kubernetes_of(options: ConnectOptions, environ: Mapping[str, str] | None = None) -> WholeCluster:
    """Return whom to ask for all Ray clusters in Kubernetes; it connects to nothing yet."""
    # Imported here: what speaks to an API server is needed for nothing else.
    from raymon_tui.backends.kubernetes.whole_cluster import WholeCluster

    return WholeCluster(options, os.environ if environ is None else environ)


def _plugin_for(text: str) -> EntryPoint | None:
    scheme, separator, _ = text.partition("://")
    if not separator or scheme.lower() in BUILT_IN:
        return None
    # Imported here: no target of ours needs it, and it takes as long as all of click.
    from importlib.metadata import entry_points

    return next((point for point in entry_points(group=GROUP) if point.name.lower() == scheme.lower()), None)


def _from_plugin(plugin: EntryPoint, text: str, options: ConnectOptions) -> Candidate:
    # What stands before the last @ may be a password: only the plug-in knows.
    title = f"{plugin.name}://{text.partition('://')[2].rpartition('@')[2]}"

    def open_it() -> Backend:
        try:
            opener: Callable[[str, ConnectOptions], Backend | None] = plugin.load()
        except (ImportError, AttributeError) as error:
            advice = f"install the package again that brings {plugin.name}://"
            raise UnsupportedError(f"load {plugin.value}", str(error), advice) from None
        opened = opener(text, options)
        if opened is None:
            raise UsageError(f"open {title}", f"{plugin.value} does not know it", f"ask {plugin.name}'s documentation")
        return opened

    return Candidate(title, open_it)
