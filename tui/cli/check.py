"""What became of each link of the chain to a cluster."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from msgspec import Struct

from raymon_tui.backends.base import Stage
from raymon_tui.backends.errors import RaymonError

THEN = (
    Stage("dashboard", "dashboard's port"),
    Stage("ray", "Ray"),
    Stage("token", "token"),
    Stage("nodes", "nodes"),
    Stage("agents", "metrics agents"),
    Stage("prometheus", "Prometheus"),
    Stage("grafana", "Grafana"),
)
"""The links that every chain ends in."""


class Check(Struct, frozen=True, kw_only=True):
    """One link: whether it `holds` (None: it is not there, and need not be), what was said of it, what to do.

    `id` is the same whatever became of it and whichever cluster it leads to; `name` is for people. Not `tried` is what
    stands behind a broken one. `took_s` seconds went by on it; `exit_code` is that of a broken one.
    """

    id: str
    name: str
    holds: bool | None
    said: str
    tried: bool = True
    took_s: float | None = None
    advice: str = ""
    exit_code: int = 0


class Chain:
    """Links that are told in their order; `expected` are those that are still to come."""

    def __init__(self, tell: Callable[[Check], None]) -> None:
        self.checks: list[Check] = []
        self.expected: tuple[Stage, ...] = THEN
        self._tell = tell

    @property
    def exit_code(self) -> int:
        """That of the first broken link."""
        return next((check.exit_code for check in self.checks if check.exit_code), 0)

    def expect_first(self, links: Iterable[Stage]) -> None:
        """Expect these before all others."""
        self.expected = (*links, *self.expected)

    def tell(self, check: Check) -> None:
        """Tell what became of a link."""
        self.expected = tuple(link for link in self.expected if link.id != check.id)
        self.checks.append(check)
        self._tell(check)

    def holds(self, link: Stage, took_s: float | None) -> None:
        """Tell of one that holds."""
        self.tell(Check(id=link.id, name=link.name, holds=True, said=link.said or "it holds", took_s=took_s))

    def breaks(self, link: Stage, error: RaymonError, took_s: float, *, whole: bool = False) -> None:
        """Tell of one that breaks; the `whole` failure where the link's name does not say what was tried."""
        self.tell(
            Check(
                id=link.id,
                name=link.name,
                holds=False,
                said=str(error) if whole else error.said,
                took_s=took_s,
                advice=error.advice,
                exit_code=error.exit_code,
            )
        )

    def end(self) -> None:
        """Tell that what is still expected was not tried."""
        for link in self.expected:
            self.tell(Check(id=link.id, name=link.name, holds=None, tried=False, said="not tried"))
