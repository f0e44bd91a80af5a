"""Files that a user names as a target, whatever is in them."""

from __future__ import annotations

import io
import sys
import time
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from raymon_tui.backends.documents import LONGEST, documents_in, read_document_bytes
from raymon_tui.backends.errors import UsageError

SECRET = "hunter2"
QUICK_S = 20.0
"""Generous: what is held off would take hours, or all memory."""

LAUGHS = "a0: &a0 [x, x, x, x, x, x, x, x, x, x]\n" + "".join(
    f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 10)}]\n" for n in range(1, 30)
)
MERGES = "a0: &a0 {x: 1}\n" + "".join(f"a{n}: &a{n}\n  <<: [{', '.join([f'*a{n - 1}'] * 10)}]\n" for n in range(1, 30))


def refused(data: bytes) -> str:
    with pytest.raises(UsageError) as caught:
        documents_in(data, "cluster.yaml")
    assert "cluster.yaml" in caught.value.tried
    assert caught.value.advice
    assert SECRET not in repr(caught.value)
    return caught.value.said


def test_truth_and_nothing_are_understood_and_all_else_is_text_as_it_was_written() -> None:
    (found,) = documents_in(b"a: yes\nb: ~\nc: 007\nd: 2001-99-99\ne: 1:30\nf: {g: [x, 1.50]}\n", "it")
    assert found == {"a": True, "b": None, "c": "007", "d": "2001-99-99", "e": "1:30", "f": {"g": ["x", "1.50"]}}


def test_what_is_taken_over_from_elsewhere_in_the_file_is_there() -> None:
    (found,) = documents_in(b"base: &base {a: x, b: y}\nmore:\n  <<: *base\n  b: z\n", "it")
    assert found["more"] == {"a": "x", "b": "z"}


def test_several_documents_are_several_and_empty_ones_are_none() -> None:
    assert documents_in(b"---\na: x\n---\n---\nb: y\n", "it") == ({"a": "x"}, {"b": "y"})


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16"])
def test_text_is_read_in_each_encoding_that_yaml_has(encoding: str) -> None:
    assert documents_in("name: Zürich\n".encode(encoding), "it") == ({"name": "Zürich"},)


@pytest.mark.parametrize(
    ("data", "said"),
    [
        (b"", "empty"),
        (b"# nothing\n---\n", "empty"),
        (b"- a\n- b\n", "no keys"),
        (b"Welcome to nginx", "no keys"),
        (b"\x7fELF\x02\x01\x01\x00\x00\xff\xfe", "no text"),
        (b"\x00\x01\x02", "no text"),
        ("name: Zürich".encode("latin-1"), "UTF-8"),
        (b"a: [1, 2\npassword: hunter2\n", "line 2"),
        (b"a:\n\tb: c\n", "line 2"),
        (b"a: *missing\n", "missing"),
        (b"? {a: b}\n: c\n", "line 1"),
        (b"a: !!python/object/apply:os.system ['touch hunted']\n", "!!python/object/apply:os.system"),
        (b"a:\n  b: !Ref hunter\n", "line 2 holds the tag !Ref"),
        (b"a: !!int '3'\n", "!!int"),
    ],
)
def test_what_is_no_such_file_is_refused_in_words(data: bytes, said: str) -> None:
    assert said in refused(data)


@pytest.mark.parametrize(
    "text",
    [LAUGHS, MERGES, "a: &a [*a]\n", "a: &a {<<: *a}\n", "[" * 100_000, "{a: " * 100_000, "- x\n" * 250_000],
    ids=["billion laughs", "billion merges", "itself", "merged with itself", "lists", "mappings", "long"],
)
def test_what_would_grow_without_bounds_is_refused_before_it_does(text: str) -> None:
    before = time.monotonic()
    assert "larger or deeper" in refused(text.encode())
    assert time.monotonic() - before < QUICK_S


def test_a_number_that_takes_minutes_to_compute_is_not_computed() -> None:
    before = time.monotonic()
    (found,) = documents_in(b"a: " + b"1:" * 400_000 + b"1\n", "it")
    assert isinstance(found["a"], str)
    assert time.monotonic() - before < QUICK_S


@given(st.binary(max_size=200) | st.text(alphabet="ab:-[]{}&*!<>|#'\"\n ?,.%", max_size=60).map(str.encode))
def test_no_content_at_all_raises_anything_but_a_usage_error(data: bytes) -> None:
    try:
        found = documents_in(data, "it")
    except UsageError:
        return
    assert all(isinstance(document, dict) for document in found)


def test_of_a_large_file_no_more_is_read_than_tells_that_it_is_too_large(tmp_path: Path) -> None:
    path = tmp_path / "huge.yaml"
    with path.open("wb") as file:
        file.truncate(100 << 20)
    with pytest.raises(UsageError, match="1 MiB"):
        read_document_bytes(path)


@pytest.mark.parametrize("name", ["missing.yaml", "."])
def test_a_file_that_cannot_be_read_is_told_by_its_name(tmp_path: Path, name: str) -> None:
    with pytest.raises(UsageError, match=str(tmp_path)):
        read_document_bytes(tmp_path / name)


def test_standard_input_is_read_where_no_file_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(b"a: b\n")))
    assert read_document_bytes(None) == b"a: b\n"
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(b" " * (LONGEST + 2))))
    with pytest.raises(UsageError, match="standard input"):
        read_document_bytes(None)
