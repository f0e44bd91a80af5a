"""A terminal that knows only ASCII."""

from __future__ import annotations

from collections.abc import Sequence

import pytest
from gallery import Gallery
from hypothesis import given
from hypothesis import strategies as st
from rich.cells import cell_len
from textual.filter import LineFilter

from raymon_tui.widgets.ascii_only import AsciiOnly, in_ascii


@given(st.characters(exclude_categories=["Mn", "Me", "Mc", "Cf", "Cc", "Cs"]))
def test_every_character_has_a_stand_in_of_its_width(character: str) -> None:
    stand_in = in_ascii(character)
    assert stand_in.isascii()
    assert cell_len(stand_in) == cell_len(character)


@pytest.mark.parametrize(
    ("text", "drawn"), [("╭─ Nodes ─╮", "+- Nodes -+"), ("4 × {GPU: 1}…", "4 x {GPU: 1}~"), ("café 名", "cafe ??")]
)
def test_what_we_draw_stays_readable(text: str, drawn: str) -> None:
    assert in_ascii(text) == drawn


class AsciiGallery(Gallery):
    def get_line_filters(self) -> Sequence[LineFilter]:
        return [*super().get_line_filters(), AsciiOnly()]


async def test_no_other_character_reaches_the_terminal() -> None:
    app = AsciiGallery(ascii_only=True)
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.pause()
        lines = ["".join(segment.text for segment in strip) for strip in app.screen._compositor.render_strips()]
        assert all(line.isascii() for line in lines)
        assert {len(line) for line in lines} == {80}
        assert lines[0].startswith("+- Strokes -")
