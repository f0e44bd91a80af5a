"""What a page of YAML must not show."""

from __future__ import annotations

from typing import Any

import pytest

from raymon_tui.tui.screens.confidential import without_secrets
from raymon_tui.tui.screens.kubernetes.manifest_text import as_yaml

SECRET = "hunter2"


@pytest.mark.parametrize(
    "given",
    [
        {"args": ["--redis-password", SECRET, "--head"]},
        {"command": ["ray", "start", "--token", SECRET]},
        {"args": [f"ray start --redis-password={SECRET} --head; export API_KEY={SECRET}"]},
        {"args": [f"curl -H 'Authorization: Bearer {SECRET}' http://x"]},
        {"args": [f"--header=authorization: {SECRET}"]},
        {"readinessProbe": {"httpGet": {"httpHeaders": [{"name": "Authorization", "value": f"Bearer {SECRET}"}]}}},
        {"annotations": {"db": f"postgres://me:{SECRET}@db:5432/ray?sslmode=off"}},
        {"annotations": {"config": f'{{"password": "{SECRET}", "host": "db"}}'}},
        {"annotations": {"config": f"user: me\npassword: {SECRET}\n"}},
        {"gcsFaultToleranceOptions": {"redisAddress": f"redis://:{SECRET}@redis:6379"}},
        {"gcsFaultToleranceOptions": {"redisPassword": {"value": SECRET}}},
        {"rayStartParams": {"redis-password": SECRET}},
        {"env": [{"name": "ANYTHING", "value": SECRET}]},
        {"serveConfigV2": f"applications:\n- name: a\n  runtime_env: {{env_vars: {{X: {SECRET}}}}}\n"},
        {"serveConfigV2": f"applications: [{{ {SECRET}"},
        {"runtimeEnvYAML": f"env_vars: {{X: {SECRET}}}"},
        {"entrypoint": f"python x.py --hf-token {SECRET}"},
        {"user_config": {"openai_api_key": SECRET}},
        {"pin": {"access_key": 12345, "of": SECRET.replace("hunter2", "nobody")}},
    ],
)
def test_what_was_given_in_confidence_is_hidden_wherever_it_stands(given: dict[str, Any]) -> None:
    shown = "\n".join(as_yaml({"kind": "Pod", "spec": given}))
    assert SECRET not in shown
    assert "12345" not in shown
    assert "<hidden>" in shown


@pytest.mark.parametrize(
    "given",
    [
        {"valueFrom": {"secretKeyRef": {"name": "mine", "key": "auth_token"}}},
        {"imagePullSecrets": [{"name": "registry"}]},
        {"volumes": [{"secret": {"secretName": "certificates", "defaultMode": 420}}]},
        {"automountServiceAccountToken": True},
        {"serviceAccountToken": {"path": "token", "expirationSeconds": 3607}},
        {"args": ["--num-cpus", "4", "--head"]},
        {"image": "rayproject/ray:2.60.0"},
        {"url": "http://host:8265/path"},
        {"serveConfigV2": "applications:\n- name: a\n  import_path: m:app\n"},
    ],
)
def test_what_is_no_secret_stays(given: dict[str, Any]) -> None:
    assert without_secrets(given) == given


def test_of_a_secret_only_its_names_are_shown() -> None:
    assert SECRET not in "\n".join(as_yaml({"kind": "Secret", "data": {"a": SECRET}, "stringData": {"b": SECRET}}))
