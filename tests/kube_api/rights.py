"""What Roles grant, and what a request needs: a verb that is forgotten in the documented Roles fails a test."""

from __future__ import annotations

from pathlib import Path
from typing import NamedTuple

import yaml
from aiohttp import web

from kube_api.answers import status
from kube_api.objects import NAMESPACE

ROLES = Path(__file__).parent.parent.parent / "docs" / "rbac.yaml"
Rule = tuple[str, str, str]
"""A group, a resource with its subresource, a verb."""
_VERBS = {"GET": "get", "HEAD": "get", "POST": "create", "PUT": "update", "PATCH": "patch", "DELETE": "delete"}
_CREATED_TOO = ("pods/exec", "pods/portforward")
CREATED_TOO_FROM = 35
"""Kubernetes of this minor version and later checks create beside get, whichever way a websocket is opened."""


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


class Need(NamedTuple):
    """What a request needs: rules, what it is about first, in a namespace, which is None where all are meant."""

    rules: list[Rule]
    namespace: str | None = None
    name: str = ""


class Rights:
    """What whoever comes may do: what a Role grants is so in `namespace` alone, and elsewhere what a ClusterRole does.

    `used` has every rule by which a request was let through, `refused` every one for want of which one was not.
    """

    def __init__(self, granted: set[Rule], namespace: str = NAMESPACE) -> None:
        self.in_namespace = set(granted)
        self.everywhere: set[Rule] = set()
        self.used: set[Rule] = set()
        self.refused: list[Rule] = []
        self._namespace = namespace

    def grants(self, rule: Rule, namespace: str | None) -> bool:
        """Return whether a rule is granted there."""
        return rule in self.everywhere or (namespace == self._namespace and rule in self.in_namespace)

    def refusal(self, need: Need) -> web.Response | None:
        """Return what is said of a request that may not be; None of one that may."""
        for rule in need.rules:
            if not self.grants(rule, need.namespace):
                self.refused.append(rule)
                return _refused(rule, need)
        self.used.update(need.rules)
        return None


def _refused(rule: Rule, need: Need) -> web.Response:
    group, resource, verb = rule
    where = "at the cluster scope" if need.namespace is None else f'in the namespace "{need.namespace}"'
    plural = resource.partition("/")[0] + (f".{group}" if group else "")
    what = f'{plural} "{need.name}" is' if need.name else f"{plural} is"
    said = f'{what} forbidden: User "viewer" cannot {verb} resource "{resource}" in API group "{group}" {where}'
    return status(403, said, "Forbidden")


def needed(request: web.Request, minor: int) -> Need:
    """Return the rights that a request to a server of this version needs; none where everybody has them."""
    parts = request.path.strip("/").split("/")
    if len(parts) < 3 or (parts[0] == "apis" and len(parts) == 3) or parts[1] == "authorization.k8s.io":
        # The version, and which groups and resources there are.
        return Need([])
    group = parts[1] if parts[0] == "apis" else ""
    rest = parts[3:] if parts[0] == "apis" else parts[2:]
    namespace, rest = (rest[1], rest[2:]) if rest[0] == "namespaces" else (None, rest)
    name = rest[1] if len(rest) > 1 else ""
    if resource_of(rest) == "pods/proxy":
        name = name.split(":")[1]
    resource = resource_of(rest)
    verb = _VERBS.get(request.method, request.method.lower())
    if len(rest) == 1 and verb == "get":
        verb = "watch" if "watch" in request.query else "list"
    more = [(group, resource, "create")] if resource in _CREATED_TOO and minor >= CREATED_TOO_FROM else []
    return Need([(group, resource, verb), *more], namespace, name)


def resource_of(rest: list[str]) -> str:
    """Return what a path is about: `pods`, `pods/proxy`."""
    return rest[0] + (f"/{rest[2]}" if len(rest) > 2 else "")
