"""What `^S` writes: the picture as SVG, a table as CSV or JSON, under names that are not taken."""

from __future__ import annotations

import csv
import io
import os
from collections.abc import Iterable, Sequence
from datetime import datetime
from itertools import count
from pathlib import Path

import msgspec

FORMULA = ("=", "+", "-", "@")
"""What a spreadsheet takes for the beginning of something to be computed."""


def as_csv(headings: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """Return a table of texts as CSV. No name that a cluster made up becomes a formula."""
    written = io.StringIO()
    writer = csv.writer(written, lineterminator="\n")
    writer.writerow(headings)
    writer.writerows([_as_text(cell) for cell in row] for row in rows)
    return written.getvalue()


def _as_text(cell: str) -> str:
    return f"'{cell}" if cell.startswith(FORMULA) and not _is_number(cell) else cell


def _is_number(cell: str) -> bool:
    try:
        float(cell.replace(",", ""))
    except ValueError:
        return False
    return True


def as_json(rows: Iterable[object]) -> str:
    """Return all that is known of each row as a JSON list; a row of named parts is an object of them."""
    named = [row._asdict() if isinstance(row, tuple) and hasattr(row, "_asdict") else row for row in rows]
    return msgspec.json.format(msgspec.json.encode(named), indent=2).decode() + "\n"


def write_new(what: str, ending: str, text: str, now: float) -> Path:
    """Write `text` to a new file where the program was started, else in the home directory, and return its path.

    Its name holds `what` it is and the user's own time at `now`. Raises OSError.
    """
    directory = Path.cwd() if os.access(Path.cwd(), os.W_OK) else Path.home()
    stem = f"raymon-tui-{what}-{datetime.fromtimestamp(now):%Y%m%d-%H%M%S}"  # noqa: DTZ006 - the user's own clock
    for number in count():
        path = directory / f"{stem}{f'-{number}' if number else ''}.{ending}"
        try:
            with path.open("x", encoding="utf-8", newline="") as file:
                file.write(text)
        except FileExistsError:
            continue
        return path
    raise AssertionError(stem)
