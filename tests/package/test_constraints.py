"""What tests and demo run with is pinned, all of it."""

from __future__ import annotations

from importlib.metadata import requires
from pathlib import Path

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name
from packaging.version import Version

ROOT = Path(__file__).parents[2]


def pinned() -> dict[str, Version]:
    """Return the versions of constraints.txt; a line that is not `name==version` raises."""
    pairs = (line.split("==") for line in (ROOT / "constraints.txt").read_text().splitlines())
    return {canonicalize_name(name, validate=True): Version(version) for name, version in pairs}


def test_everything_that_is_required_has_a_pin_within_its_bounds() -> None:
    pins = pinned()
    required = [Requirement(line) for line in requires("raymon-tui") or ()]
    assert required
    assert [str(one) for one in required if canonicalize_name(one.name) not in pins] == []
    assert [str(one) for one in required if pins[canonicalize_name(one.name)] not in one.specifier] == []
