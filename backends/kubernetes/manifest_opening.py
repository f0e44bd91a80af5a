"""From a file that may be a manifest to the objects of KubeRay that it points to."""

from __future__ import annotations

from pathlib import Path

from raymon_tui.backends.documents import NamedFile, documents_in, read_document_bytes, shown
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


def read_file(path: Path | None) -> NamedFile:
    """Return a YAML file, standard input where `path` is None; raises `UsageError` where it cannot be read."""
    named, data = shown(path), read_document_bytes(path)
    try:
        return NamedFile(named, data, documents_in(data, named))
    except UsageError as error:
        raise (template_error(named) if is_template(data) else error) from None


def objects_of_file(file: NamedFile, wanted: str | None) -> tuple[ManifestObject, ...]:
    """Return what a manifest points to, or of that what `wanted` names; nothing where the file is none.

    Raises `UsageError` for a manifest without an object of KubeRay, and for values of Helm.
    """
    if is_manifest(file.documents):
        found = objects_in(file.documents, file.named)
        return found if wanted is None else (object_named(found, wanted, file.named),)
    if are_helm_values(file.documents):
        raise helm_error(file.named)
    return ()
