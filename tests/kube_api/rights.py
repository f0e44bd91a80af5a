"""What Roles grant, and what a request needs: a verb that is forgotten in the documented Roles fails a test."""

from __future__ import annotations

from pathlib import Path

import yaml
from aiohttp import web

ROLES = Path(__file__).parent.parent.parent / "docs" / "rbac.yaml"
Rule = tuple[str, str, str]
"""A group, a resource with its subresource, a verb."""
_VERBS = {"GET": "get", "HEAD": "get", "POST": "create", "PUT": "update", "PATCH": "patch", "DELETE": "delete"}
_CREATED_TOO = ("pods/exec", "pods/portforward")
"""Kubernetes 1.35 and later check create beside get, whichever way a websocket is opened."""


def role(name: str) -> set[Rule]:
    """Return what a Role of the documented ones grants."""
    (found,) = [one for one in yaml.safe_load_all(ROLES.read_text()) if one["metadata"]["name"] == name]
    return {
        (group, resource, verb)
        for rule in found["rules"]
        for group in rule["apiGroups"]
        for resource in rule["resources"]
        for verb in rule["verbs"]
    }


READ, ENTER, CONTROL = role("raymon-tui-read"), role("raymon-tui-enter"), role("raymon-tui-control")


def needed(request: web.Request) -> list[Rule]:
    """Return the rights that a request needs, what it is about first; none where everybody has them."""
    parts = request.path.strip("/").split("/")
    if parts == ["version"] or parts[1] == "authorization.k8s.io":
        return []
    group = parts[1] if parts[0] == "apis" else ""
    rest = parts[3:] if parts[0] == "apis" else parts[2:]
    rest = rest[2:] if rest[0] == "namespaces" else rest
    resource = rest[0] + (f"/{rest[2]}" if len(rest) > 2 else "")
    verb = _VERBS.get(request.method, request.method.lower())
    if len(rest) == 1 and verb == "get":
        verb = "watch" if "watch" in request.query else "list"
    more = [(group, resource, "create")] if resource in _CREATED_TOO else []
    return [(group, resource, verb), *more]
