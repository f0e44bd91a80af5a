"""What long messages of Ray say in the end: the exception below a traceback, or the first line that means something."""

from __future__ import annotations

import re

from raymon_tui.cluster.ray_api.words import without_escapes

_EXCEPTION = re.compile(r"[A-Za-z_][\w.]*(?:\([\w.]+\))?(?::\s|$)")
_NOTHING = re.compile(r"[\s\W]*$")


def last_exception(text: str) -> str | None:
    """Return the line that ends the last traceback in `text`: the first one that is no longer indented."""
    found = None
    before = ""
    for line in text.splitlines():
        if not line.strip():
            continue
        if before.startswith((" ", "\t")) and _EXCEPTION.match(line):
            found = line.strip()
        before = line
    return found


def headline(text: str | None) -> str:
    """Return the one line of a message that says what happened, without escape sequences; "" where there is none."""
    clean = without_escapes(text or "")
    exception = last_exception(clean)
    if exception is not None:
        return exception
    return next((line.strip() for line in clean.splitlines() if not _NOTHING.match(line)), "")
