"""What the exporters of a cluster have in common: kept once, for a thousand nodes say much the same."""

from __future__ import annotations

import re
from collections.abc import Callable

from msgspec import Struct

from raymon_tui.cluster.metrics.sample_line import Pairs, unescaped

MOST_FAMILIES = 10_000
MOST_NAMES = 50_000
MOST_LABELS = 100_000
LONGEST_COMMENT = 2_000
LONGEST_HELP = 1_000

_COMMENT = re.compile(rb'#\s*(HELP|TYPE)\s+("(?:[^"\\]|\\.)*"|\S+)(?:\s+(.*))?', re.DOTALL)
_PARTS = ("_bucket", "_sum", "_count", "_created", "_total", "_info")


class Family(Struct, frozen=True):
    """A family as its exporter describes it; `type` is `untyped` where it does not say."""

    name: str
    type: str = "untyped"
    help: str = ""


class Vocabulary:
    """The families that were described, and the labels that were read; `wanted` says whose samples are wanted.

    Of a family that is described in two ways the newer description holds. `unwanted` are the names of samples that
    nobody wants; a line that begins with one need not be read.
    """

    def __init__(self, wanted: Callable[[str], bool]) -> None:
        self.families: dict[str, Family] = {}
        self.unwanted: set[bytes] = set()
        self.comments: set[bytes] = set()
        self.pairs: Pairs = {}
        self._wanted = wanted
        self._belongs: dict[str, tuple[str, bool]] = {}

    def want_anew(self) -> None:
        """Ask `wanted` again for every family."""
        self.unwanted.clear()
        self._belongs.clear()

    def belongs(self, name: str) -> tuple[str, bool]:
        """Return the family that a sample of this name is of, and whether its samples are wanted."""
        known = self._belongs.get(name)
        if known is None:
            family = self._family_of(name)
            known = family, self._wanted(family)
            if len(self._belongs) < MOST_NAMES:
                self._belongs[name] = known
                if not known[1]:
                    self.unwanted.add(name.encode())
        return known

    def _family_of(self, name: str) -> str:
        if name in self.families:
            return name
        for part in _PARTS:
            if name.endswith(part) and name[: -len(part)] in self.families:
                return name[: -len(part)]
        return name

    def describe(self, line: bytes) -> None:
        """Take a comment, which may tell of a family."""
        match = _COMMENT.fullmatch(line.strip()) if len(line) <= LONGEST_COMMENT else None
        if match is not None:
            name = match[2].decode("utf-8", "replace")
            self._describe(unescaped(name[1:-1]) if name.startswith('"') else name, match[1], match[3] or b"")
        if len(line) <= LONGEST_COMMENT and len(self.comments) < 2 * MOST_FAMILIES:
            self.comments.add(line)

    def begin(self) -> None:
        """Make room for the labels of another scrape: labels that were given up are merely read anew."""
        if len(self.pairs) > MOST_LABELS:
            self.pairs.clear()

    def _describe(self, name: str, kind: bytes, said: bytes) -> None:
        before = self.families.get(name)
        if before is None:
            if len(self.families) >= MOST_FAMILIES:
                return
            # What was thought to be a family of its own may be a part of this one.
            self.want_anew()
            before = Family(name)
        text = said.decode("utf-8", "replace")[:LONGEST_HELP]
        if kind == b"TYPE":
            self.families[name] = Family(name, text.strip() or "untyped", before.help)
        else:
            self.families[name] = Family(name, before.type, text.replace("\\n", "\n").replace("\\\\", "\\"))
