"""Looks once, before anything is opened, for what a target may mean: in all namespaces, or without a name."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from dataclasses import replace
from typing import NamedTuple

from raymon_tui.backends.base import ConnectOptions
from raymon_tui.backends.errors import ObjectMissingError, RaymonError, RefusedError, RouteMissingError
from raymon_tui.backends.kubernetes.answers import items_of, mapping
from raymon_tui.backends.kubernetes.api_server import ApiServer
from raymon_tui.backends.kubernetes.manifest import ManifestObject
from raymon_tui.backends.kubernetes.ray_objects import objects_path
from raymon_tui.backends.targets import KubernetesKind

CHOOSES_CLUSTER = "ray.io/cluster"
"""The label by whose value a RayJob names the RayCluster that it is to run on."""


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
    tried = f"find {kind}/{name or f'{prefix or str()}*'}"
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
    metadata = [mapping(one.get("metadata")) for one in items]
    chosen = [one for one in metadata if str(one.get("name", "")).startswith(prefix or "")]
    if not chosen:
        where = f"in the namespace {namespace}" if namespace else "in any namespace"
        advice = "look in all with -A, or name another --context" if namespace else "name another --context"
        raise ObjectMissingError(tried, f"there is none {where}", advice)
    found = [Found(str(one.get("namespace")), str(one.get("name"))) for one in chosen]
    if prefix is None:
        return tuple(found)
    order = sorted(zip(chosen, found, strict=True), key=lambda one: str(one[0].get("creationTimestamp") or ""))
    return tuple({one.namespace: one for _, one in order}.values())


def cluster_instead(one: ManifestObject, options: ConnectOptions, environ: Mapping[str, str]) -> str | None:
    """Return the RayCluster that a RayJob chooses which is not there; None where it is, or where that is not known."""
    cluster = dict(one.selector).get(CHOOSES_CLUSTER)
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
