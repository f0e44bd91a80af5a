"""From the file that a user names to the clusters that it keeps or points to: a launcher's file, or a manifest."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from raymon_tui.backends.documents import documents_in, read_document_bytes, shown
from raymon_tui.backends.errors import UsageError
from raymon_tui.backends.kubernetes.manifest import (
    ManifestObject,
    are_helm_values,
    helm_error,
    is_manifest,
    is_template,
    object_named,
    objects_in,
    template_error,
)
from raymon_tui.backends.launcher.cluster_file import ClusterFile, cluster_file_of, is_cluster_file


@dataclass(frozen=True)
class LauncherFile:
    """What a launcher's file says of its cluster, and its bytes, which `ray get-head-ip` may want."""

    cluster: ClusterFile
    data: bytes


def opened_file(path: Path | None, wanted: str | None = None) -> LauncherFile | tuple[ManifestObject, ...]:
    """Return what a file keeps; standard input where `path` is None.

    Of a manifest those objects of KubeRay are returned that it points to, or the one that `wanted` names. Raises
    `UsageError` where it is neither.
    """
    named = shown(path)
    data = read_document_bytes(path)
    documents = _documents(data, named)
    for document in documents:
        if is_cluster_file(document):
            return LauncherFile(cluster_file_of(document, named), data)
    if is_manifest(documents):
        found = objects_in(documents, named)
        return found if wanted is None else (object_named(found, wanted, named),)
    if are_helm_values(documents):
        raise helm_error(named)
    raise UsageError(
        f"open {named}",
        "it is neither a cluster-launcher file, which has cluster_name and provider, "
        "nor a Kubernetes manifest, which has apiVersion and kind",
        "name the file that ray up was given, or one that kubectl apply was given",
    )


def _documents(data: bytes, named: str) -> tuple[Mapping[str, object], ...]:
    """Return the documents; what is no YAML may be a template that makes some."""
    try:
        return documents_in(data, named)
    except UsageError:
        if is_template(data):
            raise template_error(named) from None
        raise
