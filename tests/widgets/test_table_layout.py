"""Columns: which stay, how wide they are, and how a cell is cut."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st
from rich.cells import cell_len

from raymon_tui.widgets.content import Piece, piece
from raymon_tui.widgets.table.column import Column
from raymon_tui.widgets.table.layout import GAP, fit
from raymon_tui.widgets.table.line import fitted, text_of


def column(title: str, width: int = 8, **more: int) -> Column[str]:
    return Column(title, lambda row, _: piece(row), width=width, **more)  # type: ignore[arg-type]


columns = st.lists(
    st.builds(
        column,
        st.text("abc", min_size=1, max_size=5),
        st.integers(1, 20),
        flex=st.integers(0, 3),
        max_width=st.integers(20, 60),
        priority=st.integers(0, 9),
    ),
    max_size=10,
)


@given(columns, st.integers(0, 200))
def test_columns_never_take_more_than_there_is(made: list[Column[str]], width: int) -> None:
    placed = fit(made, width)
    assert sum(one.width for one in placed) + GAP * max(0, len(placed) - 1) <= width


@given(columns, st.integers(0, 200))
def test_a_column_goes_only_when_all_less_important_ones_are_gone(made: list[Column[str]], width: int) -> None:
    kept = [one.column for one in fit(made, width)]
    gone = [one for one in made if not any(one is other for other in kept)]
    least_important_kept = max((one.priority for one in kept), default=0)
    assert all(one.priority >= least_important_kept or one.priority == 0 for one in gone)


def test_spare_room_goes_to_flexible_columns_by_their_weight() -> None:
    placed = fit(
        [column("name", 10, flex=2, max_width=60), column("why", 10, flex=1, max_width=60), column("n", 4)], 58
    )
    assert [one.width for one in placed] == [30, 20, 4]


def test_wide_columns_show_only_in_wide_mode() -> None:
    made = [column("name"), Column("id", lambda row, _: piece(row), wide=True)]
    assert [one.column.title for one in fit(made, 80)] == ["name"]
    assert [one.column.title for one in fit(made, 80, wide=True)] == ["name", "id"]


@given(st.text(), st.integers(0, 40), st.sampled_from(["left", "right"]))
def test_a_cell_takes_exactly_its_width(text: str, width: int, align: str) -> None:
    line = fitted(piece(text), width, align)  # type: ignore[arg-type]
    assert cell_len(text_of(line)) == width


def test_what_is_cut_says_so() -> None:
    assert text_of(fitted(piece("train_step_with_a_long_name"), 10)) == "train_ste…"


def test_a_wide_character_is_never_halved() -> None:
    assert text_of(fitted(piece("名前名前"), 4)) == "名 …"


def test_numbers_stand_at_the_right() -> None:
    assert text_of(fitted((Piece("42"),), 6, "right")) == "    42"
