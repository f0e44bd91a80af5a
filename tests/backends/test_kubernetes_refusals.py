"""What is told of a refusal of the API server: which verb on which resource lacks, first."""

from __future__ import annotations

import json

import pytest

from raymon_tui.backends.errors import RefusedError
from raymon_tui.backends.kubernetes.answers import refusal

VIEWER = 'User "system:serviceaccount:ray:viewer"'
IN_RAY = 'in the namespace "ray"'
NO_ROLE = 'RBAC: role.rbac.authorization.k8s.io "viewer" not found'


@pytest.mark.parametrize(
    ("message", "said"),
    [
        (
            f'pods is forbidden: {VIEWER} cannot list resource "pods" in API group "" in the namespace "ray"',
            f'cannot list resource "pods" in API group "" in the namespace "ray", as {VIEWER}',
        ),
        (
            f'secrets "demo" is forbidden: {VIEWER} cannot get resource "secrets" in API group "" {IN_RAY}: {NO_ROLE}',
            f'cannot get resource "secrets" in API group "" {IN_RAY}: {NO_ROLE}, as {VIEWER}, for secrets "demo"',
        ),
        ('pods "demo" is forbidden: exceeded quota: team', 'pods "demo" is forbidden: exceeded quota: team'),
        ("a proxy says no", "a proxy says no"),
    ],
)
def test_the_right_that_lacks_stands_before_whoever_lacks_it(message: str, said: str) -> None:
    body = json.dumps({"kind": "Status", "apiVersion": "v1", "message": message, "code": 403}).encode()
    found = refusal(403, body, "/api/v1/namespaces/ray/pods")
    assert isinstance(found, RefusedError)
    assert found.said == said
    assert "docs/rbac.yaml" in found.advice
