"""A search reads no more than its budget, and says what it left out."""

from __future__ import annotations

import pytest

from raymon_tui.cluster.logs.searching import PER_FILE, compiled, lines_with, plan
from raymon_tui.cluster.model.log_file import LogFile
from raymon_tui.cluster.model.node import Node

NODE = Node(node_id="n", ip="10.0.0.1")


def files(*sizes: int | None) -> list[tuple[Node, LogFile]]:
    return [(NODE, LogFile(node_id="n", name=f"f{place}", size=size)) for place, size in enumerate(sizes)]


def test_small_files_are_read_whole() -> None:
    parts, progress = plan(files(10, 0, 20))
    assert [(part.start, part.end) for part in parts] == [(0, 10), (0, 20)]
    assert (progress.files, progress.left_out, progress.unread) == (2, 0, 0)


def test_of_a_large_file_among_others_the_end_is_read() -> None:
    parts, progress = plan(files(10, PER_FILE + 5))
    assert [(part.start, part.end) for part in parts] == [(0, 10), (5, PER_FILE + 5)]
    assert progress.left_out == 5


def test_a_file_alone_may_take_the_whole_budget() -> None:
    parts, progress = plan(files(PER_FILE * 2), budget=PER_FILE * 4)
    assert [part.start for part in parts] == [0]
    assert progress.left_out == 0


def test_past_the_budget_nothing_more_is_read_and_all_of_it_is_counted() -> None:
    parts, progress = plan(files(60, 60, 60, None), budget=100)
    assert [(part.file.name, part.start, part.end) for part in parts] == [("f0", 0, 60), ("f1", 20, 60)]
    assert (progress.left_out, progress.unread) == (80, 1)


def test_a_file_of_unknown_size_is_searched_in_its_last_piece() -> None:
    parts, progress = plan(files(None))
    assert [part.end for part in parts] == [None]
    assert progress.unread == 0


@pytest.mark.parametrize(
    ("pattern", "found"),
    [
        ("error", [(0, "an ERROR here"), (14, "Error and error")]),
        ("Error", [(14, "Error and error")]),
        ("^x", [(30, "x")]),
        ("e$", [(0, "an ERROR here")]),
        ("ü", [(32, "grün")]),
        ("nothing", []),
    ],
)
def test_each_line_that_holds_the_pattern_is_found_once_with_its_place(
    pattern: str, found: list[tuple[int, str]]
) -> None:
    data = "an ERROR here\nError and error\nx\ngrün".encode()
    assert list(lines_with(compiled(pattern), data)) == found
