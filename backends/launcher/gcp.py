"""Asking Compute Engine which instance is a cluster's head, in one REST call; needs the extra `gcp`."""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from typing import Any

import anyio.to_thread
import google.auth
import requests
from google.auth.credentials import Credentials
from google.auth.exceptions import DefaultCredentialsError, GoogleAuthError, RefreshError, TransportError
from google.auth.transport.requests import AuthorizedSession
from google.oauth2.credentials import Credentials as TokenCredentials
from google.oauth2.service_account import Credentials as AccountCredentials

from raymon_tui.backends.errors import (
    BadAnswerError,
    RaymonError,
    RefusedError,
    TimedOutError,
    UnreachableError,
    UsageError,
)
from raymon_tui.backends.failures import failure_of
from raymon_tui.backends.launcher.cluster_file import ClusterFile
from raymon_tui.backends.launcher.head import (
    CLUSTER_TAG,
    HEAD_KIND,
    KIND_TAG,
    STATUS_TAG,
    Head,
    Machine,
    head_among,
    looking_for,
)
from raymon_tui.backends.launcher.providers import GcpProvider

ANSWER_S, SILENCE_S = 45.0, 15.0
SCOPE = "https://www.googleapis.com/auth/compute.readonly"
ENDPOINT, ENDPOINT_VARIABLE = "https://compute.googleapis.com/compute/v1/", "CLOUDSDK_API_ENDPOINT_OVERRIDES_COMPUTE"
"""Where the API is, and the variable by which gcloud's users move it: into a private network, for one."""
_ALIVE = {"PROVISIONING", "STAGING", "RUNNING"}
_LOG_IN = "log in to Google Cloud (gcloud auth application-default login), or give the head's address with --head-ip"
_ALLOW = "the user needs compute.instances.list and nothing else; or give the head's address with --head-ip"


async def find_in_compute_engine(cluster: ClusterFile, provider: GcpProvider) -> Head:
    """Return the head of `cluster`.

    Raises `RefusedError` where the credentials are missing or not taken, `UnreachableError` where Google is not
    reached or knows no such instance, `UsageError` where what the file says cannot be.
    """
    tried = f"{looking_for(cluster)} in Compute Engine"
    try:
        with anyio.fail_after(ANSWER_S):
            found = await anyio.to_thread.run_sync(_list, provider, cluster.name, tried, abandon_on_cancel=True)
    except TimeoutError:
        raise TimedOutError(tried, f"no answer within {ANSWER_S:g} s", "is this machine online?") from None
    except (GoogleAuthError, requests.RequestException, ValueError) as error:
        raise _told(error, tried) from None
    searched = f"no instance in {provider.zone} runs with the labels {CLUSTER_TAG}={cluster.name}, {KIND_TAG}=head"
    return head_among(found, cluster, searched)


def _list(provider: GcpProvider, name: str, tried: str) -> tuple[Machine, ...]:
    """Ask, which blocks; it is the one call to the cloud that there is, and changes nothing."""
    credentials, project = _credentials(provider, tried)
    base = os.environ.get(ENDPOINT_VARIABLE) or ENDPOINT
    url = f"{base.rstrip('/')}/projects/{project}/zones/{provider.zone}/instances"
    labels = {CLUSTER_TAG: name, KIND_TAG: HEAD_KIND}
    wanted = " AND ".join(f"(labels.{label} = {json.dumps(value)})" for label, value in labels.items())
    with AuthorizedSession(credentials) as session:
        answer = session.get(url, params={"filter": wanted}, timeout=SILENCE_S)
    if not answer.ok:
        raise _refused(answer, tried)
    found = answer.json().get("items", ())
    return tuple(_machine(instance) for instance in found if instance.get("status") in _ALIVE)


def _credentials(provider: GcpProvider, tried: str) -> tuple[Credentials, str]:
    project = provider.project
    if provider.credentials is None:
        credentials, theirs = google.auth.default(scopes=[SCOPE])
        project = project or theirs
    else:
        kind, secret = provider.credentials
        credentials = (
            TokenCredentials(secret)
            if kind == "credentials_token"
            else AccountCredentials.from_service_account_info(_account(secret, tried), scopes=[SCOPE])
        )
    if project is None:
        raise UsageError(tried, "neither the file nor the credentials name a project", "set provider.project_id")
    return credentials, project


def _account(secret: str, tried: str) -> dict[str, str]:
    try:
        account = json.loads(secret)
    except ValueError:
        account = None
    if not isinstance(account, dict):
        # What json says of it would quote it.
        raise UsageError(tried, "provider.gcp_credentials.credentials is no JSON", "paste the whole key file there")
    return account


def _machine(instance: Mapping[str, Any]) -> Machine:
    interface: Mapping[str, Any] = next(iter(instance.get("networkInterfaces", ())), {})
    access: Mapping[str, Any] = next(iter(interface.get("accessConfigs", ())), {})
    return Machine(
        machine_id=instance["name"],
        internal=interface.get("networkIP"),
        external=access.get("natIP"),
        running=instance.get("status") == "RUNNING",
        status=instance.get("labels", {}).get(STATUS_TAG),
        since=instance.get("creationTimestamp", ""),
    )


def _refused(answer: requests.Response, tried: str) -> RaymonError:
    try:
        said = str(answer.json()["error"]["message"])
    except (ValueError, KeyError, TypeError):
        said = f"HTTP {answer.status_code}"
    if answer.status_code == requests.codes.unauthorized:
        return RefusedError(tried, said, _LOG_IN)
    if answer.status_code == requests.codes.forbidden:
        return RefusedError(tried, said, _ALLOW)
    return BadAnswerError(tried, said, "are provider.project_id and provider.availability_zone right?")


def _told(error: Exception, tried: str) -> RaymonError:
    if isinstance(error, TransportError | requests.RequestException):
        return failure_of(error, tried=tried)
    said = " ".join(str(error).split()) or type(error).__name__
    if isinstance(error, DefaultCredentialsError | RefreshError | GoogleAuthError):
        return RefusedError(tried, said, _LOG_IN)
    return UnreachableError(tried, said, "are the credentials and provider in the file right?")
