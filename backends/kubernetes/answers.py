"""What the API server answers, taken apart: pure, but for reading a body within its limit."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from typing import Any

import httpx
import msgspec

from raymon_tui.backends.errors import (
    BadAnswerError,
    ObjectMissingError,
    RaymonError,
    RefusedError,
    RouteMissingError,
    UnauthorizedError,
)
from raymon_tui.backends.failures import failure_of

GONE = 410
RIGHTS = "ask for the right, or see docs/rbac.yaml for all that are needed"
_FORBIDDEN = re.compile(
    r'(?P<object>.+?) is forbidden: (?P<who>User "[^"]*") (?P<what>cannot \S+ resource .+)', re.DOTALL
)
"""What the API server says where RBAC does not grant what was asked."""
_LOG_IN = "log in again: kubectl get pods tells whether that worked"
_WAY = "is it up, and this machine on the right network, or its VPN up? kubectl get pods takes the same way"
_NAMES = "is the name right, and the namespace (-n) and context (--context)?"


class GoneError(BadAnswerError):
    """The server knows nothing of what was before: all has to be listed again."""

    def __init__(self) -> None:
        super().__init__("go on from what was listed", "too long ago", "it is listed again")


def refusal(status: int, body: bytes, path: str) -> RaymonError:
    """Return the failure that an answer of this status stands for, in the API server's own words."""
    said = (status_message(body) or body[:200].decode("utf-8", "replace").strip())[:500]
    tried, said = f"ask the API server for {path}", said or f"HTTP {status}"
    if status == GONE:
        return GoneError()
    if status == httpx.codes.UNAUTHORIZED:
        return UnauthorizedError(tried, f"it does not know who we are: {said}", _LOG_IN)
    if status == httpx.codes.FORBIDDEN:
        return RefusedError(tried, _missing_right_first(said), RIGHTS)
    if status == httpx.codes.NOT_FOUND:
        if body.lstrip().startswith(b"{"):
            return ObjectMissingError(tried, said, _NAMES)
        # It knows no such group of objects at all: about an object it answers in JSON.
        return RouteMissingError(tried, said, "is KubeRay installed in this cluster?")
    return BadAnswerError(tried, said, "try again; kubectl get --raw /readyz tells how the API server is")


def _missing_right_first(said: str) -> str:
    """Return what RBAC says of a refusal in its own words, the verb and the resource first: a line may be cut."""
    found = _FORBIDDEN.fullmatch(said)
    if found is None:
        return said
    # One object of them is named in quotes: a Role may grant others by their names.
    of = f", for {found['object']}" if '"' in found["object"] else ""
    return f"{found['what']}, as {found['who']}{of}"


def not_reached(error: BaseException, tried: str) -> RaymonError:
    """Return the failure for what came in place of an answer of the API server, which is named: Ray is behind it."""
    found = failure_of(error, tried=tried)
    # What is advised of a dashboard fits no API server, whose address and authority stand in the kubeconfig.
    return type(found)(tried, f"API server: {found.said}", _WAY) if found.tried == tried else found


def status_message(body: bytes) -> str | None:
    """Return what a `Status` object of Kubernetes says; None where this is none."""
    try:
        found = json.loads(body)
    except ValueError:
        return None
    if isinstance(found, dict) and found.get("kind") == "Status" and found.get("apiVersion") == "v1":
        return str(found.get("message") or "")
    return None


def decoded(body: bytes, path: str) -> dict[str, Any]:
    """Return an object or a list; raises `BadAnswerError` where it is none."""
    try:
        found = msgspec.json.decode(body)
    except msgspec.DecodeError:
        found = None
    if not isinstance(found, dict):
        raise BadAnswerError(f"read {path}", "the API server answered with no JSON", "is that an API server?")
    for one in (found, *items_of(found)):
        # Half of every object is who has changed which of its fields, which nobody asks for.
        mapping(one.get("metadata")).pop("managedFields", None)
    return found


def items_of(found: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    """Return the objects of a list; none where it is no list."""
    items = found.get("items")
    return [one for one in items if isinstance(one, dict)] if isinstance(items, list) else []


def event_of(line: str) -> dict[str, Any] | None:
    """Return one event of a watch, None where it is none of the known; raises what an `ERROR` among them says."""
    try:
        event = msgspec.json.decode(line)
    except msgspec.DecodeError:
        return None
    if not isinstance(event, dict) or not isinstance(event.get("object"), dict):
        return None
    found = event["object"]
    if event.get("type") == "ERROR":
        if found.get("code") == GONE:
            raise GoneError
        raise BadAnswerError("watch", str(found.get("message"))[:500], "it is tried again")
    mapping(found.get("metadata")).pop("managedFields", None)
    return event if event.get("type") in ("ADDED", "MODIFIED", "DELETED", "BOOKMARK") else None


def version_of(found: Mapping[str, Any]) -> str:
    """Return the version of an object or a list; "" where it tells none."""
    return str(mapping(found.get("metadata")).get("resourceVersion") or "")


def mapping(value: object) -> dict[str, Any]:
    """Return a mapping as it is, and an empty one for all else."""
    return value if isinstance(value, dict) else {}


async def read_body(answer: httpx.Response, limit: int, *, cut: bool = False) -> bytes:
    """Return a body of at most `limit` bytes; raises `BadAnswerError` where it is larger, unless it is to be cut."""
    parts, size = [], 0
    async for part in answer.aiter_bytes():
        parts.append(part)
        size += len(part)
        if size > limit:
            if cut:
                break
            said = f"it is larger than {limit >> 20} MiB"
            raise BadAnswerError("read what the API server answers", said, "name one namespace with -n")
    return b"".join(parts)[:limit]


def for_decoded(headers: httpx.Headers) -> list[tuple[str, str]]:
    """Return an answer's headers without those that its body, once decoded, does not fit any more."""
    return [(name, value) for name, value in headers.items() if name not in ("content-encoding", "content-length")]
