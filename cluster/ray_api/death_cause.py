"""Why an actor died, read from whichever of Ray's contexts was filled."""

from __future__ import annotations

from typing import Any

from raymon_tui.cluster.model.actor import DeathCause
from raymon_tui.cluster.ray_api.words import without_escapes

_SUFFIX = "_context"
_MESSAGE_KEYS = ("formatted_exception_string", "error_message")


def read_death_cause(contexts: dict[str, Any] | None) -> DeathCause | None:
    """Return the cause in `contexts`, of which Ray fills one; None where there is none."""
    for name, context in (contexts or {}).items():
        if not isinstance(context, dict):
            continue
        pid = context.get("pid")
        return DeathCause(
            kind=name.removesuffix(_SUFFIX),
            reason=_text(context.get("reason")),
            message=next((text for key in _MESSAGE_KEYS if (text := _text(context.get(key)))), ""),
            pid=pid if isinstance(pid, int) and pid > 0 else None,
            node_ip=_text(context.get("node_ip_address")) or None,
        )
    return None


def _text(value: object) -> str:
    return without_escapes(value) if isinstance(value, str) else ""
