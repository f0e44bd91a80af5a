"""The words of a detail: headings, labelled values, long texts, as lines of a given width."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import NamedTuple

from rich.cells import cell_len, chop_cells

from raymon_tui.tui.chrome.arrange import width_of
from raymon_tui.widgets.content import UNKNOWN, Content, Piece, Role, plain
from raymon_tui.widgets.table.line import fitted

LONGEST_WORD = 24
"""A longer run without a space is a path or a dump, which may be cut anywhere."""


class Field(NamedTuple):
    """One labelled value; None is a value that is not known.

    Content that does not fit is cut, unless it `folds`: then its last piece goes on below.
    """

    label: str
    value: Content | str | None
    folds: bool = False


class Section(NamedTuple):
    """A part of a detail. `text` keeps its own line breaks and is wrapped at the width of the screen."""

    title: str
    fields: Sequence[Field] = ()
    text: str = ""
    role: Role = "ink"


def document(sections: Iterable[Section], width: int) -> tuple[Content, ...]:
    """Return all sections that hold something, an empty line between them."""
    lines: list[Content] = []
    for section in sections:
        if not section.fields and not section.text:
            continue
        if lines:
            lines.append(())
        if section.title:
            lines.append((Piece(section.title, "dim"),))
        lines.extend(_field_lines(section.fields, width))
        lines.extend((Piece(line, section.role),) for line in wrapped(section.text, width))
    return tuple(lines)


def wrapped(text: str, width: int, limit: int = 2000) -> list[str]:
    """Return `text` as clean lines of at most `width` cells and at most `limit` of them, saying so where it is cut."""
    lines: list[str] = []
    for raw in text.expandtabs(4).splitlines():
        line = plain(raw, 10_000)
        lines.extend(_folded(line, max(1, width)))
        if len(lines) > limit:
            return [*lines[:limit], f"… {len(text):,} characters in all"]
    return lines


def _folded(line: str, width: int) -> list[str]:
    """Return a line in parts of at most `width` cells, cut between words where the last words of a part are short."""
    parts: list[str] = []
    while cell_len(line) > width:
        part = chop_cells(line, width)[0] or line[0]
        line = line[len(part) :]
        head, space, tail = part.rpartition(" ")
        if line.startswith(" "):
            line = line[1:]
        elif space and head.strip() and len(tail) <= LONGEST_WORD:
            part, line = head, tail + line
        parts.append(part)
    return [*parts, line] if line or not parts else parts


def _field_lines(fields: Sequence[Field], width: int) -> Iterable[Content]:
    label_width = max((cell_len(field.label) for field in fields), default=0)
    for field in fields:
        label = Piece(f"{field.label:<{label_width}}  ", "dim")
        if field.value is None:
            yield (label, UNKNOWN)
        elif isinstance(field.value, str):
            room = max(8, width - label_width - 2)
            first, *rest = wrapped(field.value, room) or [""]
            yield (label, Piece(first))
            yield from ((Piece(" " * (label_width + 2)), Piece(line)) for line in rest)
        else:
            line = (label, *field.value)
            if width_of(line) <= width:
                yield line
            elif field.folds:
                yield from _folded_lines(line, label_width + 2, width)
            else:
                yield fitted(line, width)


def _folded_lines(line: Content, indent: int, width: int) -> Iterable[Content]:
    """Return a line whose last piece goes on below, behind `indent` cells; where that has no room, it is cut."""
    *before, last = line
    used = width_of(tuple(before))
    if width - used < LONGEST_WORD:
        yield fitted(line, width)
        return
    # What stands before it on the first line takes its place there.
    first, *rest = _folded(" " * (used - indent) + last.text, width - indent)
    yield (*before, last._replace(text=first[used - indent :]))
    yield from ((Piece(" " * indent), last._replace(text=one)) for one in rest)
