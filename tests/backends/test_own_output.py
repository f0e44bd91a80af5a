"""What is written of a command's output, and what of its login shell's, however it comes."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from raymon_tui.backends.attached import MARK, OwnOutput

PIECES = st.lists(st.integers(1, 30), max_size=20)


def passed(own: OwnOutput, data: bytes, cuts: list[int]) -> bytes:
    """Return what is written of `data`, which comes in pieces of these lengths and a last one."""
    written = b""
    for length in cuts:
        written += own.of(data[:length])
        data = data[length:]
    return written + own.of(data)


@given(before=st.binary(max_size=60).filter(lambda data: MARK not in data), behind=st.binary(max_size=60), cuts=PIECES)
@pytest.mark.parametrize("hold_back", [True, False])
def test_the_mark_is_never_seen_and_nothing_else_is_lost(
    hold_back: bool, before: bytes, behind: bytes, cuts: list[int]
) -> None:
    pids: list[int] = []
    own = OwnOutput(pids.append, hold_back=hold_back)
    written = passed(own, before + MARK + b"4711\n" + behind, cuts)
    assert written == (behind if hold_back else before + behind)
    assert (own.began, pids) == (True, [4711])


@given(data=st.binary(max_size=80).filter(lambda data: MARK not in data), cuts=PIECES)
@pytest.mark.parametrize("hold_back", [True, False])
def test_what_came_in_place_of_a_command_is_kept(hold_back: bool, data: bytes, cuts: list[int]) -> None:
    own = OwnOutput(lambda _: None, hold_back=hold_back)
    written = passed(own, data, cuts)
    assert (own.began, own.before) == (False, data)
    assert written == b"" if hold_back else data.startswith(written)


def test_of_much_the_end_is_kept_and_all_is_seen_in_a_terminal() -> None:
    own = OwnOutput(lambda _: None, hold_back=False)
    piece, shown = b"0123456789" * 5000, b""
    for _ in range(10):
        shown += own.of(piece)
    shown += own.of(MARK + b"1\r\nits own")
    assert shown == piece * 10 + b"its own"
    assert len(own.before) < 2 * len(piece)
