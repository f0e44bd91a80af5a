"""Raw answers made fit to be looked at: the values of environment variables are struck out."""

from __future__ import annotations

import json
from typing import Any

STRUCK_OUT = "•••"
_SECRET_KEYS = frozenset({"env_vars", "envVars", "headers"})
_NESTED_KEYS = frozenset({"serialized_runtime_env", "serializedRuntimeEnv"})


def without_secrets(body: bytes) -> bytes:
    """Return `body` with secrets struck out, as indented JSON; unchanged where it is no JSON."""
    try:
        value = json.loads(body)
        return json.dumps(_redacted(value), indent=2, ensure_ascii=False).encode("utf-8", "replace")
    except (ValueError, RecursionError):
        return body


def _redacted(value: Any) -> Any:
    if isinstance(value, list):
        return [_redacted(item) for item in value]
    if isinstance(value, dict):
        return {key: _redacted_item(key, item) for key, item in value.items()}
    return value


def _redacted_item(key: str, item: Any) -> Any:
    if key in _SECRET_KEYS:
        return dict.fromkeys(item, STRUCK_OUT) if isinstance(item, dict) else STRUCK_OUT
    if key in _NESTED_KEYS and isinstance(item, str) and "env_vars" in item:
        return _redacted_text(item)
    return _redacted(item)


def _redacted_text(text: str) -> str:
    try:
        return json.dumps(_redacted(json.loads(text)))
    except (ValueError, RecursionError):
        return STRUCK_OUT
