"""From the file that a user names to the cluster that it keeps."""

from __future__ import annotations

from raymon_tui.backends.documents import NamedFile
from raymon_tui.backends.errors import UsageError
from raymon_tui.backends.launcher.cluster_file import ClusterFile, cluster_file_of, is_cluster_file


def cluster_file_in(file: NamedFile) -> ClusterFile:
    """Return what a launcher's file says; raises `UsageError` where it is none."""
    for document in file.documents:
        if is_cluster_file(document):
            return cluster_file_of(document, file.named)
    raise UsageError(
        f"open {file.named}",
        "it is neither a cluster-launcher file, which has cluster_name and provider, "
        "nor a Kubernetes manifest, which has apiVersion and kind",
        "name the file that ray up or kubectl apply was given",
    )
