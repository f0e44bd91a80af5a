"""One section of a launcher's file, read key by key; keys that nobody asks for are not looked at."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from raymon_tui.backends.errors import UsageError

ADVICE = "correct the file; raymon-tui reads it as ray up does"


@dataclass(frozen=True)
class Fields:
    """The keys and values of a section, which is called `path` (`provider.`) within the file `named`.

    The values are not printed: there are access keys among them.
    """

    named: str
    values: Mapping[str, object] = field(repr=False)
    path: str = ""

    def text(self, key: str) -> str | None:
        """Return a value that is text, None where there is none or an empty one; raises `UsageError` for others."""
        value = self.values.get(key)
        if value is None or isinstance(value, str):
            return value.strip() or None if value else None
        raise self.wrong(key, "is no text")

    def needed(self, key: str) -> str:
        """Return a value that is text; raises `UsageError` where there is none."""
        value = self.text(key)
        if value is None:
            raise self.wrong(key, "is not there")
        return value

    def flag(self, key: str) -> bool:
        """Return whether a value is true; what is not there is not."""
        value = self.values.get(key)
        if value is None or isinstance(value, bool):
            return bool(value)
        raise self.wrong(key, "is neither true nor false")

    def section(self, key: str) -> Fields:
        """Return a section below this one, an empty one where there is none."""
        value = self.values.get(key)
        if value is None or value == "":
            return Fields(self.named, {}, f"{self.path}{key}.")
        if isinstance(value, dict):
            return Fields(self.named, value, f"{self.path}{key}.")
        raise self.wrong(key, "is no mapping")

    def texts(self, key: str) -> tuple[str, ...]:
        """Return the entries of a list that are text, none where it is no list."""
        value = self.values.get(key)
        return tuple(one for one in value if isinstance(one, str)) if isinstance(value, list) else ()

    def wrong(self, key: str, said: str) -> UsageError:
        """Return the error for a key that is not as it must be."""
        return UsageError(f"read {self.named}", f"its {self.path}{key} {said}", ADVICE)
