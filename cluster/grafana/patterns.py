"""Regular expressions that come with a dashboard: only such as are matched in no time."""

from __future__ import annotations

import re
from functools import lru_cache

LONGEST, MOST_REPEATS, LONGEST_NAME = 300, 3, 500
_REPEATS = re.compile(r"(?<!\\)(?:[*+]|\{\d*,?\d*\})")
_REPEATED_GROUP = re.compile(r"(?<!\\)\)(?:[*+]|\{\d*,?\d*\})")
_NAMED_GROUP = re.compile(r"\(\?<(?=[A-Za-z_])")


@lru_cache(maxsize=256)
def pattern(text: str) -> re.Pattern[str] | None:
    """Return a pattern that Grafana knows as `/text/` or `text`.

    None where it is none, or could take longer than a screen may wait: Python tries all ways to match, so groups are
    not repeated, and little else is.
    """
    body = text[1:].rpartition("/")[0] if text.startswith("/") and text.count("/") > 1 else text
    if len(body) > LONGEST or len(_REPEATS.findall(body)) > MOST_REPEATS or _REPEATED_GROUP.search(body):
        return None
    try:
        # JavaScript's named groups lack a letter that Python's have.
        return re.compile(_NAMED_GROUP.sub("(?P<", body))
    except re.error:
        return None


def found_in(of: re.Pattern[str], text: str) -> re.Match[str] | None:
    """Return the first match in what begins `text`."""
    return of.search(text[:LONGEST_NAME])
