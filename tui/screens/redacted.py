"""Raw JSON made fit to be seen: laid out, and without the secrets that Ray sends back in clear."""

from __future__ import annotations

import json
from typing import Any

SECRET_KEYS = frozenset(
    {
        "env_vars",
        "envVars",
        "runtime_env",
        "runtimeEnv",
        "serialized_runtime_env",
        "serializedRuntimeEnv",
        "runtime_env_info",
        "runtimeEnvInfo",
        "runtime_env_config",
        "headers",
        "token",
        "password",
    }
)
"""Keys under which Ray returns what a user gave it in confidence (`runtime_env` comes back in clear)."""

HIDDEN = "<hidden>"


def redacted(value: Any) -> Any:
    """Return decoded JSON with everything that stands under a secret's key, and holds something, hidden."""
    if isinstance(value, dict):
        return {
            key: HIDDEN if key in SECRET_KEYS and item not in (None, "", "{}", {}, []) else redacted(item)
            for key, item in value.items()
        }
    if isinstance(value, list):
        return [redacted(item) for item in value]
    return value


def laid_out(data: bytes) -> list[str]:
    """Return an answer as indented lines; what is no JSON is shown as the text that it is."""
    try:
        decoded = json.loads(data)
    except ValueError:
        return data.decode("utf-8", "replace").splitlines()
    return json.dumps(redacted(decoded), indent=2, ensure_ascii=False).splitlines()
