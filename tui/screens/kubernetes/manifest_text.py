"""An object of Kubernetes as YAML that is fit to be seen: without what was given to it in confidence."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import yaml

from raymon_tui.tui.screens.confidential import without_secrets

_NOISE = ("managedFields", "kubectl.kubernetes.io/last-applied-configuration")
"""Bookkeeping; the second repeats the whole object, with all that is hidden elsewhere."""


class _Dumper(yaml.SafeDumper):
    """Several lines are written as such, and nothing as an alias."""

    def ignore_aliases(self, data: Any) -> bool:
        return True


def _text(dumper: _Dumper, text: str) -> yaml.ScalarNode:
    return dumper.represent_scalar("tag:yaml.org,2002:str", text, style="|" if "\n" in text.strip() else None)


_Dumper.add_representer(str, _text)


def as_yaml(raw: Mapping[str, Any]) -> list[str]:
    """Return an object of the API server as lines of YAML, in the order of kubectl; of a Secret only its names."""
    if raw.get("kind") == "Secret":
        raw = {key: value for key, value in raw.items() if key not in ("data", "stringData")}
    written = yaml.dump(shown(raw), Dumper=_Dumper, sort_keys=False, allow_unicode=True, width=10_000)
    return written.splitlines()


def shown(value: Any) -> Any:
    """Return decoded JSON without bookkeeping, and without what was given in confidence."""
    return without_secrets(_essential(value))


def _essential(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _essential(item) for key, item in value.items() if key not in _NOISE}
    return [_essential(item) for item in value] if isinstance(value, list) else value
