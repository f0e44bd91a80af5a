"""An object of Kubernetes as YAML that is fit to be seen: without what was given to it in confidence."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

import yaml

from raymon_tui.tui.screens.redacted import HIDDEN, SECRET_KEYS

_NOISE = ("managedFields", "kubectl.kubernetes.io/last-applied-configuration")
"""Bookkeeping; the second repeats the whole object, with all that is hidden elsewhere."""
_SECRET = re.compile(r"password|passwd|token|secret|credential|api[-_]?key", re.IGNORECASE)
_REFERENCE = re.compile(
    r"(secret(name|keyref|ref|s)?|(imagePull)?secrets?|.*(name|path|paths|seconds|ref))", re.IGNORECASE
)
"""Keys that hold where a secret is, and no secret."""
_WORD = r"[\w-]*(?:password|passwd|token|secret|api[-_]?key)[\w-]*"
_OPTION = re.compile(rf"(--?{_WORD}[= ]|\b{_WORD}=)(\"[^\"]*\"|'[^']*'|[^\s\"';]+)", re.IGNORECASE)
"""`--token=…`, `--token …`, `TOKEN=…` in a command line."""


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
    """Return decoded JSON without bookkeeping, and with values of the environment and of secrets' keys hidden."""
    if isinstance(value, dict):
        return {key: _under(key, item) for key, item in value.items() if key not in _NOISE}
    if isinstance(value, list):
        return [shown(item) for item in value]
    return _OPTION.sub(rf"\1{HIDDEN}", value) if isinstance(value, str) else value


def _under(key: str, value: Any) -> Any:
    """Return what stands under a key."""
    if key == "env" and isinstance(value, list):
        return [_variable(item) for item in value]
    if key in SECRET_KEYS or key == "runtimeEnvYAML":
        return HIDDEN if value else value
    if isinstance(value, str) and value and _SECRET.search(key) and not _REFERENCE.fullmatch(key):
        return HIDDEN
    return shown(value)


def _variable(item: Any) -> Any:
    """Return a variable of the environment by its name, or by where its value comes from."""
    if isinstance(item, dict) and item.get("value"):
        return {**item, "value": HIDDEN}
    return shown(item)
