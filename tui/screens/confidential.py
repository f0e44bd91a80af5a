"""What was given in confidence, taken out of configurations wherever it stands: in options, addresses, headers."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import Any

import yaml

from raymon_tui.tui.screens.redacted import HIDDEN, SECRET_KEYS

_TELLING = r"passwords?|passwd|passphrase|tokens?|secrets?|credentials?|api[-_]?keys?|access[-_]?keys?"
_SECRET = re.compile(_TELLING, re.IGNORECASE)
_REFERENCE = re.compile(
    r"(secret(name|keyref|ref|s)?|(imagePull)?secrets?|.*(name|path|paths|seconds|ref|policy))", re.IGNORECASE
)
"""Keys that hold where a secret is, and no secret."""
_WORD = rf"[\w.-]*(?:{_TELLING})[\w.-]*"
_VALUE = r"(\"[^\"]*\"|'[^']*'|[^\s\"';,}\]]+)"
_OPTION = re.compile(rf"(--?{_WORD}[= ]|\b{_WORD}\\?[\"']?\s*[=:]\s*)(?![=:]){_VALUE}", re.IGNORECASE)
"""`--token=…`, `--token …`, `TOKEN=…`, `password: …`, `"apiKey": "…"` in a text."""
_BARE_OPTION = re.compile(rf"--?{_WORD}", re.IGNORECASE)
"""`--token` as a word of its own: what follows it in a list is the secret."""
_AUTHORIZATION = re.compile(r"(authorization\s*[:=]\s*(?:(?:bearer|basic|token)\s+)?)([^\s\"',}]+)", re.IGNORECASE)
_IN_ADDRESS = re.compile(r"([a-z][a-z0-9+.-]*://[^\s/:@\"']*:)[^\s/@\"']+(@)", re.IGNORECASE)
"""`postgres://user:…@host`."""
_HEADER_LISTS = ("httpHeaders",)
_DOCUMENTS = ("serveConfigV2",)
"""Keys whose text is YAML in itself."""
_HIDDEN_WHOLE = ("runtimeEnvYAML",)


def without_secrets(value: Any) -> Any:
    """Return decoded JSON with everything hidden that looks as if it was given in confidence."""
    if isinstance(value, dict):
        return {key: _under(key, item) for key, item in value.items()}
    if isinstance(value, list):
        return list(_listed(value))
    return _in_text(value) if isinstance(value, str) else value


def _under(key: str, value: Any) -> Any:
    """Return what stands under a key."""
    if key == "env" and isinstance(value, list):
        return [_valued(item) for item in value]
    if key in _HEADER_LISTS and isinstance(value, list):
        return [_valued(item) for item in value]
    if key in SECRET_KEYS or key in _HIDDEN_WHOLE:
        return HIDDEN if value else value
    if key in _DOCUMENTS and isinstance(value, str):
        return _document(value)
    if value and _SECRET.search(key) and not _REFERENCE.fullmatch(key):
        return HIDDEN if isinstance(value, str | int) and not isinstance(value, bool) else _valued(value)
    return without_secrets(value)


def _valued(item: Any) -> Any:
    """Return something that has a value by its name, or by where its value comes from."""
    if isinstance(item, dict) and item.get("value"):
        return {**item, "value": HIDDEN}
    return without_secrets(item)


def _listed(items: Sequence[Any]) -> Iterator[Any]:
    """Yield the items of a list, which may be a command line: what follows `--token` is one."""
    follows = False
    for item in items:
        word = isinstance(item, str)
        yield HIDDEN if follows and word and not item.startswith("-") else without_secrets(item)
        follows = word and _BARE_OPTION.fullmatch(item) is not None


def _in_text(text: str) -> str:
    text = _IN_ADDRESS.sub(rf"\1{HIDDEN}\2", text)
    text = _AUTHORIZATION.sub(rf"\1{HIDDEN}", text)
    return _OPTION.sub(lambda found: found[0] if HIDDEN in found[2] else found[1] + HIDDEN, text)


def _document(text: str) -> str:
    """Return YAML within YAML with the same taken out; what cannot be read is hidden whole."""
    try:
        found = yaml.safe_load(text)
    except (yaml.YAMLError, ValueError, RecursionError):
        return HIDDEN
    return yaml.safe_dump(without_secrets(found), sort_keys=False, allow_unicode=True) if found else text
