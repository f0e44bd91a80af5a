"""The other side's own words, made fit for one line of an error message."""

from __future__ import annotations

import re

# CSI and OSC sequences, then the two-character ones; ECMA-48 also has their one-byte forms from 0x80 on.
_ESCAPES = re.compile(
    r"(?:\x1b\[|\x9b)[0-?]*[ -/]*[@-~]"
    r"|(?:\x1b[\]PX^_]|[\x90\x98\x9d\x9e\x9f])[^\x07\x1b\x9c]*(?:\x07|\x1b\\|\x9c)?"
    r"|\x1b[ -/]*[0-~]"
    r"|\x1b"
)
_TAGS = re.compile(r"<(?:style|script)\b.*?</(?:style|script)>|<[^<>]{0,200}>", re.IGNORECASE | re.DOTALL)
_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f\u200b-\u200f\u2028-\u202e\u2066-\u2069\ufeff\ud800-\udfff\s]+")
_TRACEBACK = "Traceback (most recent call last)"


def without_escapes(text: str) -> str:
    """Return `text` without terminal escape sequences; line ends and tabs stay."""
    return _ESCAPES.sub("", text) if "\x1b" in text or not text.isascii() else text


def spoken(data: bytes | str, limit: int = 100) -> str:
    """Return the readable part of an answer as one line: no markup, no control code, at most `limit` characters."""
    start = data[: limit * 40]
    text = start.decode("utf-8", "replace") if isinstance(start, bytes) else start
    words = _CONTROL.sub(" ", _TAGS.sub(" ", without_escapes(text))).strip()
    return words if len(words) <= limit else words[: limit - 1] + "…"


def complaint(text: str, limit: int = 300) -> str:
    """Return what an error message says in the end: a traceback is cut down to its last line."""
    if _TRACEBACK in text:
        before, _, trace = text.partition(_TRACEBACK)
        lines = [line for line in trace.splitlines() if line.strip() and not line.startswith((" ", "\t"))]
        text = f"{before.strip()} {lines[-1] if lines else ''}"
    return spoken(text, limit)
