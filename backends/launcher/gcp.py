"""The head on Google Cloud: by its labels, with one REST call."""

from __future__ import annotations

import os
from typing import Any

import httpx

from raymon_tui.backends.errors import RefusedError, UnreachableError, UsageError
from raymon_tui.backends.failures import failure_of
from raymon_tui.backends.launcher.file import LauncherFile
from raymon_tui.backends.launcher.head import CLUSTER_TAG, HEAD, KIND_TAG, by_ray, is_internal

SCOPE = "https://www.googleapis.com/auth/compute.readonly"
ENDPOINT = "https://compute.googleapis.com"
WITHIN_S = 15.0


def find_on_gcp(launched: LauncherFile) -> str:
    """Return the address of the head that runs; without google-auth Ray is asked."""
    project, zone = launched.provider.get("project_id"), launched.provider.get("availability_zone")
    tried = f"find the head of {launched.cluster_name} on Google Cloud in {project}, {zone}"
    if not project or not zone:
        raise UsageError(tried, "the provider has no project_id or no availability_zone", "Or give --head-ip ADDRESS.")
    try:
        token = _token(tried)
    except ImportError:
        said = "google-auth is not installed here"
        return by_ray(launched, UnreachableError(tried, said, "pip install 'raymon-tui[gcp]'"))
    # The client library of Google follows the same variable in its tests.
    endpoint = os.environ.get("CLOUDSDK_API_ENDPOINT_OVERRIDES_COMPUTE", ENDPOINT).rstrip("/")
    condition = f"(labels.{CLUSTER_TAG}={launched.cluster_name}) AND (labels.{KIND_TAG}={HEAD}) AND (status=RUNNING)"
    try:
        answer = httpx.get(
            f"{endpoint}/compute/v1/projects/{project}/zones/{zone}/instances",
            params={"filter": condition},
            headers={"Authorization": f"Bearer {token}"},
            timeout=WITHIN_S,
        )
    except httpx.HTTPError as error:
        raise failure_of(error, tried=tried) from None
    if answer.is_error:
        raise RefusedError(tried, f"HTTP {answer.status_code}", "May you list instances (compute.instances.list)?")
    return _address(launched, answer.json().get("items") or [], tried)


def _token(tried: str) -> str:
    import google.auth
    from google.auth.exceptions import GoogleAuthError
    from google.auth.transport.requests import Request

    try:
        credentials, _ = google.auth.default(scopes=[SCOPE])
        credentials.refresh(Request())  # type: ignore[no-untyped-call, unused-ignore]
    except GoogleAuthError as error:
        raise RefusedError(tried, str(error), "gcloud auth application-default login") from None
    return str(credentials.token)


def _address(launched: LauncherFile, items: list[dict[str, Any]], tried: str) -> str:
    for item in items:
        for interface in item.get("networkInterfaces") or []:
            if is_internal(launched):
                found = interface.get("networkIP")
            else:
                found = next((one.get("natIP") for one in interface.get("accessConfigs") or []), None)
            if found:
                return str(found)
    said = f"no instance runs with the labels {CLUSTER_TAG}={launched.cluster_name} and {KIND_TAG}={HEAD}"
    raise UnreachableError(tried, said, "Is the cluster up (ray up)? Or name it with --head-ip ADDRESS.")
