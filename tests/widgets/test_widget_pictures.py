"""What the widgets look like, at the sizes that matter: a picture that changes is looked at before it is accepted."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from gallery import Gallery
from test_ascii_only import AsciiGallery
from textual.app import App

Compare = Callable[..., bool]

SIZES = pytest.mark.parametrize("size", [(80, 24), (120, 34), (140, 45)], ids=lambda size: f"{size[0]}x{size[1]}")


def same(snap_compare: Compare, app: App[None], size: tuple[int, int] = (80, 24)) -> bool:
    return snap_compare(app, terminal_size=size)


@SIZES
def test_table_meters_and_chart_look_as_they_did(snap_compare: Compare, size: tuple[int, int]) -> None:
    assert same(snap_compare, Gallery(), size)


@pytest.mark.parametrize("theme", ["raymon-light", "raymon-terminal"])
def test_they_look_as_they_did_in_the_other_themes(snap_compare: Compare, theme: str) -> None:
    assert same(snap_compare, Gallery(theme))


def test_they_look_as_they_did_in_ascii(snap_compare: Compare) -> None:
    assert same(snap_compare, AsciiGallery(ascii_only=True))
