"""Imports without what is optional to a library."""

from __future__ import annotations

import subprocess
import sys

import pytest

from raymon_tui.backends.left_out import left_out


def test_what_is_left_out_is_found_by_who_imports_it_later() -> None:
    name = "this"
    with left_out(name), pytest.raises(ImportError):
        __import__(name)
    assert name not in sys.modules
    with left_out("json"):
        assert __import__("json").loads("1") == 1


@pytest.mark.parametrize(("target", "spared"), [("ssh://head", "invoke"), ("http://head", "pygments")])
def test_a_target_is_opened_without_what_its_library_can_do_without(target: str, spared: str) -> None:
    code = (
        "import sys\n"
        "from raymon_tui.tui.cli.quick import quick_imports\n"
        "with quick_imports():\n"
        "    from raymon_tui.backends.base import ConnectOptions\n"
        "    from raymon_tui.backends.resolve import resolve\n"
        f"resolve({target!r}, ConnectOptions())[0].open()\n"
        f"assert {spared!r} not in sys.modules\n"
    )
    subprocess.run((sys.executable, "-c", code), check=True)
