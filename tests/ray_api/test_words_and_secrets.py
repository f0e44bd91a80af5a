"""Text from a cluster is made fit to be shown: no terminal escapes, no secrets."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st
from recorded_ray import recorded_ray

from raymon_tui.cluster.ray_api.redacted import STRUCK_OUT, without_secrets
from raymon_tui.cluster.ray_api.words import complaint, spoken, without_escapes


@pytest.mark.parametrize(
    ("raw", "clean"),
    [
        ("\x1b[31mred\x1b[0m", "red"),
        ("\x1b[38;2;1;2;3mred\x1b[m", "red"),
        ("\x1b]0;title\x07text", "text"),
        ("\x1b]8;;http://evil\x1b\\link\x1b]8;;\x1b\\", "link"),
        ("\x1b(Bplain\x1b=", "plain"),
        ("a\x9b31mb", "ab"),
        ("\x1bPq#0\x1b\\after", "after"),
        ("kept\n\tas it is é", "kept\n\tas it is é"),
        ("dangling \x1b", "dangling "),
    ],
)
def test_terminal_escapes_vanish_and_the_text_stays(raw: str, clean: str) -> None:
    assert without_escapes(raw) == clean


@given(st.text())
def test_no_escape_character_survives(text: str) -> None:
    assert "\x1b" not in without_escapes(text)


@given(st.binary(max_size=2000), st.integers(10, 200))
def test_what_was_said_is_one_short_printable_line(data: bytes, limit: int) -> None:
    words = spoken(data, limit)
    assert len(words) <= limit
    assert "\n" not in words
    assert "\x1b" not in words


def test_a_traceback_is_told_by_its_last_line() -> None:
    text = 'Could not list.\nTraceback (most recent call last):\n  File "x", line 1\nKeyError: 3\n'
    assert complaint(text) == "Could not list. KeyError: 3"


def test_environment_variables_are_struck_out_wherever_they_stand() -> None:
    nested = json.dumps({"env_vars": {"KEY": "s3cret"}, "pip": ["a"]})
    body = json.dumps(
        [
            {"runtime_env": {"env_vars": {"KEY": "s3cret"}, "working_dir": "x"}},
            {"serialized_runtime_env": nested, "serializedRuntimeEnv": nested, "runtimeEnv": {"envVars": "s3cret"}},
            {"serialized_runtime_env": nested[:-5]},
        ]
    )
    shown = without_secrets(body.encode()).decode()
    assert "s3cret" not in shown
    assert "KEY" in shown
    assert STRUCK_OUT in shown
    assert "working_dir" in shown


async def test_raw_answers_come_without_secrets() -> None:
    answer = {"runtime_env": {"env_vars": {"KEY": "s3cret"}}}
    shown = await recorded_ray({"/api/jobs/a": answer}).raw("/api/jobs/a")
    assert b"s3cret" not in shown
