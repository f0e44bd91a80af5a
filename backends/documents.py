"""YAML that others wrote, read within limits: any file at all may be named as a target."""

from __future__ import annotations

import codecs
import sys
from collections.abc import Mapping
from pathlib import Path

import yaml

from raymon_tui.backends.errors import UsageError

LONGEST = 1 << 20
"""Bytes. The largest of Ray's own examples has 20 kB."""
MOST_NODES, DEEPEST = 50_000, 64
"""How many values a file may hold once its aliases are written out, and how deep they may lie in each other."""

_NOT_THIS_ONE = "name a cluster-launcher file (cluster_name and provider) or a Kubernetes manifest"
_PLAIN_TAGS = frozenset(f"tag:yaml.org,2002:{name}" for name in ("bool", "map", "null", "seq", "str"))
_MERGE = "tag:yaml.org,2002:merge"


def read_document_bytes(path: Path | None) -> bytes:
    """Return what a file holds, or standard input where `path` is None.

    Raises `UsageError` where it cannot be read, or holds more than `LONGEST` bytes; of more than that, it is not read.
    """
    tried = f"read {shown(path)}"
    try:
        if path is None:
            data = sys.stdin.buffer.read(LONGEST + 1)
        else:
            with path.open("rb") as file:
                data = file.read(LONGEST + 1)
    except OSError as error:
        raise UsageError(
            tried, error.strerror or str(error), "is the path right, and the file yours to read?"
        ) from None
    if len(data) > LONGEST:
        raise UsageError(tried, f"it holds more than {LONGEST >> 20} MiB, as no such file does", _NOT_THIS_ONE)
    return data


def documents_in(data: bytes, named: str) -> tuple[Mapping[str, object], ...]:
    """Return the mappings that a YAML file holds, one a document, `named` being its name for messages.

    Numbers and dates are kept as they are written: what a value is, those know who need it. Raises `UsageError` for
    whatever is no such file: no text, no YAML, nothing in it, a tag, more values than `MOST_NODES` with all aliases
    written out, no mapping.
    """
    tried = f"read {named}"
    text = _text(data, tried)
    try:
        _hold_to_limits(text, tried)
        found = [document for document in yaml.load_all(text, Loader=_Loader) if document is not None]
    except yaml.MarkedYAMLError as error:
        raise UsageError(tried, f"it is no YAML: {_where(error)}", "correct that line, or name another file") from None
    except yaml.YAMLError:
        raise UsageError(tried, "it is no text", _NOT_THIS_ONE) from None
    if not found:
        raise UsageError(tried, "it is empty", _NOT_THIS_ONE)
    if not all(isinstance(document, dict) for document in found):
        raise UsageError(tried, "it holds no keys with values", _NOT_THIS_ONE)
    return tuple(found)


def shown(path: Path | None) -> str:
    """Return how a file is called in messages."""
    return "standard input" if path is None else str(path)


class _Loader(yaml.SafeLoader):
    """What is true or false, nothing, or taken over from elsewhere (`<<`) is understood; all else is text.

    A number is no more than that: some are written so that to compute them takes minutes.
    """


_Loader.yaml_implicit_resolvers = {
    first: kept
    for first, resolvers in yaml.SafeLoader.yaml_implicit_resolvers.items()
    if (kept := [(tag, pattern) for tag, pattern in resolvers if tag in _PLAIN_TAGS or tag == _MERGE])
}


def _text(data: bytes, tried: str) -> str:
    utf_16 = data.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE))
    try:
        return data.decode("utf-16" if utf_16 else "utf-8-sig")
    except UnicodeDecodeError:
        raise UsageError(tried, "it is no text, or not in UTF-8", _NOT_THIS_ONE) from None


def _hold_to_limits(text: str, tried: str) -> None:
    """Raise `UsageError` where a file would grow beyond the limits; nothing of it is built for that."""
    sizes: dict[str | None, int] = {}
    outer: list[tuple[str | None, int]] = []
    anchor, size = None, 0
    for event in yaml.parse(text, Loader=yaml.SafeLoader):
        if isinstance(event, yaml.CollectionStartEvent):
            outer.append((anchor, size))
            anchor, size = event.anchor, 1
            # What holds an alias to itself stands for itself without end.
            sizes[anchor] = MOST_NODES
        elif isinstance(event, yaml.CollectionEndEvent):
            sizes[anchor], inner = size, size
            anchor, size = outer.pop()
            size += inner
        elif isinstance(event, yaml.AliasEvent):
            size += sizes.get(event.anchor, 0)
        elif isinstance(event, yaml.ScalarEvent):
            sizes[event.anchor] = 1
            size += 1
        if size >= MOST_NODES or len(outer) > DEEPEST:
            raise UsageError(tried, "written out, it would be larger or deeper than any such file", _NOT_THIS_ONE)
        if isinstance(event, yaml.CollectionStartEvent | yaml.ScalarEvent):
            _refuse_tag(event, tried)


def _refuse_tag(event: yaml.CollectionStartEvent | yaml.ScalarEvent, tried: str) -> None:
    if event.tag is not None and event.tag != "!" and event.tag not in _PLAIN_TAGS:
        where = f"line {event.start_mark.line + 1} holds" if event.start_mark else "it holds"
        said = f"{where} the tag {event.tag.replace('tag:yaml.org,2002:', '!!')}, which is not obeyed"
        raise UsageError(tried, said, "write the value without a tag")


def _where(error: yaml.MarkedYAMLError) -> str:
    """Return where in the file it went wrong and how; not the line itself, which may hold a secret."""
    problem = error.problem or "it cannot be understood"
    return f"line {error.problem_mark.line + 1}: {problem}" if error.problem_mark else problem
