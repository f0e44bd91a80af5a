"""Where the head of a launched cluster is just now. Everything here only looks, and never creates anything."""

from __future__ import annotations

import http.client
import json
import shutil
import subprocess
from typing import Any

from raymon_tui.backends.errors import RaymonError, UnreachableError, UsageError
from raymon_tui.backends.launcher.file import LauncherFile

ANSWERS_WITHIN_S = 10.0
RAY_WITHIN_S = 60.0
"""`ray get-head-ip` imports a cloud's library and asks the cloud several things."""
CLUSTER_TAG, KIND_TAG, HEAD = "ray-cluster-name", "ray-node-type", "head"
_BY_HAND = "Name it with --head-ip ADDRESS."


def find_head(launched: LauncherFile) -> str:
    """Return the head's address; blocks. Raises `RaymonError` that says where it was looked for."""
    kind = launched.provider_type
    if kind == "local":
        return _local(launched)
    if kind == "aws":
        from raymon_tui.backends.launcher.aws import find_on_aws

        return find_on_aws(launched)
    if kind == "gcp":
        from raymon_tui.backends.launcher.gcp import find_on_gcp

        return find_on_gcp(launched)
    return by_ray(launched)


def is_internal(launched: LauncherFile) -> bool:
    """Whether the head is reached by its address inside the cloud."""
    provider = launched.provider
    return bool(provider.get("use_internal_ips")) and not provider.get("use_external_head_ip")


def by_ray(launched: LauncherFile, before: RaymonError | None = None) -> str:
    """Ask `ray get-head-ip`, which knows every provider; `before` is what another way said, for the message."""
    tried = f"find the head of {launched.cluster_name}"
    ray = shutil.which("ray")
    if ray is None or launched.path is None:
        said = f"the provider {launched.provider_type} is known to Ray alone, and there is no ray command here"
        raise UnreachableError(tried, before.said if before else said, f"pip install ray here, or: {_BY_HAND}")
    try:
        done = subprocess.run(  # noqa: S603 - the user's own ray, on the user's own file
            [ray, "get-head-ip", str(launched.path)],
            capture_output=True,
            text=True,
            timeout=RAY_WITHIN_S,
            check=False,
            stdin=subprocess.DEVNULL,
        )
    except subprocess.TimeoutExpired:
        said = f"ray get-head-ip did not end within {RAY_WITHIN_S:.0f} s"
        raise UnreachableError(tried, said, _BY_HAND) from None
    except OSError as error:
        raise UnreachableError(tried, error.strerror or str(error), _BY_HAND) from None
    lines = [line.strip() for line in done.stdout.splitlines() if line.strip()]
    if done.returncode or not lines:
        complaints = [line.strip() for line in done.stderr.splitlines() if line.strip()]
        said = complaints[-1] if complaints else "it gave no address"
        raise UnreachableError(tried, f"ray get-head-ip: {said}", f"Is the cluster up (ray up)? {_BY_HAND}")
    return lines[-1]


def _local(launched: LauncherFile) -> str:
    provider = launched.provider
    if address := provider.get("coordinator_address"):
        return _by_coordinator(launched, str(address))
    for key in ("external_head_ip", "head_ip"):
        if provider.get(key):
            return str(provider[key])
    said = "its provider has neither head_ip nor coordinator_address"
    raise UsageError(f"find the head of {launched.cluster_name}", said, _BY_HAND)


def _by_coordinator(launched: LauncherFile, address: str) -> str:
    """Ask Ray's coordinator server, which takes a JSON body with a GET."""
    tried = f"ask the coordinator at {address} for the head of {launched.cluster_name}"
    nodes = _asked(address, "non_terminated_nodes", {KIND_TAG: HEAD, CLUSTER_TAG: launched.cluster_name}, tried)
    if not isinstance(nodes, list) or not nodes:
        said = f"it knows no node with {KIND_TAG}={HEAD} and {CLUSTER_TAG}={launched.cluster_name}"
        raise UnreachableError(tried, said, f"Is the cluster up (ray up)? {_BY_HAND}")
    return str(nodes[0])


def _asked(address: str, question: str, argument: object, tried: str) -> Any:
    connection = http.client.HTTPConnection(address, timeout=ANSWERS_WITHIN_S)
    body = json.dumps({"type": question, "args": [argument]})
    try:
        connection.request("GET", "/", body, {"Content-Type": "application/json"})
        return json.loads(connection.getresponse().read(1 << 20))
    except (OSError, http.client.HTTPException, ValueError) as error:
        raise UnreachableError(tried, str(error) or type(error).__name__, "Does the coordinator server run?") from None
    finally:
        connection.close()
