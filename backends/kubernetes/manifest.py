"""Which object of KubeRay a manifest means: pure. The file is only a pointer, of which nothing is applied."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import get_args

from raymon_tui.backends import kuberay
from raymon_tui.backends.errors import UsageError
from raymon_tui.backends.targets import KubernetesKind

KINDS: dict[str, KubernetesKind] = dict(zip(kuberay.KINDS, get_args(KubernetesKind), strict=True))
"""The kinds of KubeRay, as manifests and as targets write them."""

MOST_NAMED = 12
"""So many kinds or objects are named in one message."""

_GROUP = "ray.io/"
_NAME = re.compile(r"[a-z0-9]([-.a-z0-9]{0,251}[a-z0-9])?")
_PREFIX = re.compile(r"[a-z0-9][-.a-z0-9]{0,251}")
_RENDER = "render it first (helm template, kustomize build, envsubst), and name what comes out: raymon-tui -"
_POINT = "name one that holds a RayCluster, RayJob, RayService or RayCronJob, or the live object: raycluster/NAME"


@dataclass(frozen=True)
class ManifestObject:
    """The live object that a document points to.

    It has a `name`, or a `prefix` where the API server makes the name from it (`generateName`). `namespace` is None
    where the document leaves it to the kubeconfig. `selector` are the labels by which a RayJob chooses a cluster that
    is there already.
    """

    kind: KubernetesKind
    name: str | None = None
    prefix: str | None = None
    namespace: str | None = None
    selector: tuple[tuple[str, str], ...] = ()

    def __str__(self) -> str:
        """Return it as a target is written: `rayjob/train`, `rayjob/train-*` where the name is to be made."""
        return f"{self.kind}/{self.name or f'{self.prefix}*'}"


def is_manifest(documents: Sequence[Mapping[str, object]]) -> bool:
    """Whether any of these YAML documents is an object of Kubernetes."""
    return any("apiVersion" in document and "kind" in document for document in documents)


def is_template(data: bytes) -> bool:
    """Whether a file that is no YAML may be a template that makes YAML."""
    return b"{{" in data


def are_helm_values(documents: Sequence[Mapping[str, object]]) -> bool:
    """Whether these look like what KubeRay's Helm chart of a cluster is given."""
    return any("head" in document and ("worker" in document or "image" in document) for document in documents)


def helm_error(named: str) -> UsageError:
    """Return the error for values, which name no object."""
    said = "these are values for Helm, by the looks of them, which name no cluster"
    return UsageError(f"open {named}", said, f"{_POINT}; or {_RENDER}")


def template_error(named: str) -> UsageError:
    """Return the error for a template, which has no names before it is rendered."""
    return UsageError(f"read {named}", "it is a template, by the looks of its {{", _RENDER)


def objects_in(documents: Sequence[Mapping[str, object]], named: str) -> tuple[ManifestObject, ...]:
    """Return all objects of KubeRay that a manifest holds, at least one, `named` being its name for messages.

    Of other objects nothing but their kinds is looked at: there are Secrets among them. Raises `UsageError` where
    there is none, with the kinds that were found, and where an object has no name that can be one.
    """
    every = [one for document in documents for one in _unwrapped(document)]
    rays = [one for one in every if str(one.get("apiVersion", "")).startswith(_GROUP) and one.get("kind") in KINDS]
    if not rays:
        raise UsageError(f"open {named}", _said_of_others(every), _POINT)
    return tuple(dict.fromkeys(_object(one, named) for one in rays))


def object_named(objects: Sequence[ManifestObject], wanted: str | None, named: str) -> ManifestObject:
    """Return the only object, or the one that `wanted` (`KIND/NAME`, or `NAME` alone) names.

    Raises `UsageError` that lists them where that is none of them, or where there are several and none is wanted.
    """
    if wanted is None and len(objects) == 1:
        return objects[0]
    word = (wanted or "").lower()
    found = [one for one in objects if word in (str(one), one.name)]
    if len(found) == 1:
        return found[0]
    said = f"it holds no {wanted}" if wanted and not found else f"it holds {len(objects)} objects of Ray"
    names = ", ".join(str(one) for one in objects[:MOST_NAMED])
    raise UsageError(f"open {named}", said, f"name one with --name: {names}{_more(len(objects))}")


def _unwrapped(document: Mapping[str, object]) -> Iterator[Mapping[str, object]]:
    """Yield a document, or what it holds where it is a list."""
    items = document.get("items")
    if str(document.get("kind", "")).endswith("List") and isinstance(items, list):
        for item in items:
            if isinstance(item, dict):
                yield from _unwrapped(item)
    else:
        yield document


def _object(document: Mapping[str, object], named: str) -> ManifestObject:
    kind = KINDS[str(document["kind"])]
    metadata = _mapping(document.get("metadata"))
    name, prefix = _text(metadata, "name"), _text(metadata, "generateName")
    said = f"its {document['kind']}"
    if name is None and prefix is None:
        raise UsageError(f"read {named}", f"{said} has no name", "give it a metadata.name, as kubectl apply wants it")
    written = name or prefix or ""
    if not (_NAME if name else _PREFIX).fullmatch(written):
        advice = _RENDER if any(mark in written for mark in ("{", "$", "<")) else "correct its metadata.name"
        raise UsageError(f"read {named}", f"{said} is called {written[:60]!r}, which can be no name", advice)
    selector = _mapping(_mapping(document.get("spec")).get("clusterSelector")) if kind == "rayjob" else {}
    return ManifestObject(
        kind=kind,
        name=name,
        prefix=None if name else prefix,
        namespace=_text(metadata, "namespace"),
        selector=tuple(sorted((key, value) for key, value in selector.items() if isinstance(value, str))),
    )


def _said_of_others(documents: Sequence[Mapping[str, object]]) -> str:
    kinds = list(dict.fromkeys(str(one.get("kind"))[:60] for one in documents if one.get("kind")))
    if not kinds:
        return "no object is in it"
    return f"no object of Ray is in it, only {', '.join(kinds[:MOST_NAMED])}{_more(len(kinds))}"


def _more(number: int) -> str:
    return f" and {number - MOST_NAMED} more" if number > MOST_NAMED else ""


def _mapping(value: object) -> Mapping[str, object]:
    return value if isinstance(value, dict) else {}


def _text(values: Mapping[str, object], key: str) -> str | None:
    value = values.get(key)
    return value.strip() or None if isinstance(value, str) else None
