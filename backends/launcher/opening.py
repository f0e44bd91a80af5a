"""From the file that a user names to the cluster that it keeps."""

from __future__ import annotations

from pathlib import Path

from raymon_tui.backends.documents import documents_in, read_document_bytes, shown
from raymon_tui.backends.errors import UnsupportedError, UsageError
from raymon_tui.backends.launcher.cluster_file import ClusterFile, cluster_file_of, is_cluster_file


def cluster_file_in(path: Path | None) -> tuple[ClusterFile, bytes]:
    """Return what a launcher's file says and what it holds; standard input where `path` is None.

    Raises `UsageError` where it is none, `UnsupportedError` where it is a Kubernetes manifest.
    """
    named = shown(path)
    data = read_document_bytes(path)
    documents = documents_in(data, named)
    for document in documents:
        if is_cluster_file(document):
            return cluster_file_of(document, named), data
    if any("apiVersion" in document and "kind" in document for document in documents):
        raise UnsupportedError(
            f"open {named}",
            "it is a Kubernetes manifest, which this version cannot open yet",
            "forward the dashboard's port (kubectl port-forward) and name http://localhost:8265",
        )
    raise UsageError(
        f"open {named}",
        "it is neither a cluster-launcher file, which has cluster_name and provider, "
        "nor a Kubernetes manifest, which has apiVersion and kind",
        "name the file that ray up was given",
    )
