"""Looks once, before anything is opened, for what a target may mean: in all namespaces, or without a name."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any, NamedTuple

from raymon_tui.backends.base import ConnectOptions
from raymon_tui.backends.errors import ObjectMissingError, RaymonError, RefusedError, RouteMissingError
from raymon_tui.backends.kuberay import CLUSTER_LABEL, is_made_from
from raymon_tui.backends.kubernetes.answers import items_of
from raymon_tui.backends.kubernetes.api_server import ApiServer
from raymon_tui.backends.kubernetes.manifest import ManifestObject
from raymon_tui.backends.kubernetes.ray_objects import name_of, namespace_of, newest_job, objects_path
from raymon_tui.backends.targets import KubernetesKind


class Found(NamedTuple):
    """An object that is there."""

    namespace: str
    name: str


def objects_found(
    kind: KubernetesKind,
    options: ConnectOptions,
    environ: Mapping[str, str],
    *,
    name: str | None = None,
    prefix: str | None = None,
) -> tuple[Found, ...]:
    """Return the objects of a kind, at least one: those of that name, or whose name begins so, or else all.

    Of names that begin alike the newest of each namespace counts. Raises the `RaymonError` of the API server, and
    `ObjectMissingError` where there is none.
    """
    return asyncio.run(_found(kind, options, environ, name, prefix))


async def _found(
    kind: KubernetesKind, options: ConnectOptions, environ: Mapping[str, str], name: str | None, prefix: str | None
) -> tuple[Found, ...]:
    api = ApiServer(options, environ)
    named = name or f"{prefix or ''}*"
    tried = f"find {kind}/{named}"
    try:
        namespace = "" if options.all_namespaces else options.namespace or (await api.access()).namespace
        params = {"fieldSelector": f"metadata.name={name}"} if name else None
        items = items_of(await api.get(objects_path(kind, namespace), params))
    except RefusedError as refused:
        raise RefusedError(tried, refused.said, "name a namespace in which you may look, with -n") from None
    except RouteMissingError:
        said = "KubeRay is not installed in this cluster"
        raise ObjectMissingError(tried, said, "install KubeRay's operator, or name another --context") from None
    finally:
        await api.aclose()
    chosen = [one for one in items if prefix is None or is_made_from(name_of(one), prefix)]
    if not chosen:
        where = f"in the namespace {namespace}" if namespace else "in any namespace"
        advice = "look in all with -A, or name another --context" if namespace else "name another --context"
        raise ObjectMissingError(tried, f"there is none {where}", advice)
    if prefix is not None:
        chosen = list(_newest_of_each(chosen))
    return tuple(Found(namespace_of(one), name_of(one)) for one in chosen)


def _newest_of_each(objects: Sequence[Mapping[str, Any]]) -> Iterator[Mapping[str, Any]]:
    """Yield of each namespace the object that counts: what runs before what ended, then the newest."""
    for namespace in dict.fromkeys(namespace_of(one) for one in objects):
        found = newest_job(one for one in objects if namespace_of(one) == namespace)
        if found is not None:
            yield found


def cluster_instead(one: ManifestObject, options: ConnectOptions, environ: Mapping[str, str]) -> str | None:
    """Return the RayCluster that a RayJob chooses which is not there; None where it is, or where that is not known."""
    cluster = dict(one.selector).get(CLUSTER_LABEL)
    if cluster is None:
        return None
    try:
        objects_found(one.kind, replace(options, all_namespaces=False), environ, name=one.name)
    except ObjectMissingError:
        return cluster
    except RaymonError:
        # Whoever opens it is told.
        pass
    return None
