"""What every question needs: something that fetches a path, and several questions at once without a crowd."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping, Sequence
from typing import Protocol, TypeVar

import anyio

from raymon_tui.backends.errors import RaymonError

T = TypeVar("T")
U = TypeVar("U")

Params = Mapping[str, str] | Sequence[tuple[str, str]]
ORDINARY_TIMEOUT_S = 10.0
LIST_TIMEOUT_S = 30.0


class Get(Protocol):
    """Fetches a path of the dashboard; raises a `RaymonError` for everything but a good answer."""

    async def __call__(self, path: str, params: Params = (), *, timeout_s: float = ORDINARY_TIMEOUT_S) -> bytes:
        """Return the body."""


async def ask_both(
    first: Callable[[], Awaitable[T]], second: Callable[[], Awaitable[U]]
) -> tuple[T | RaymonError, U | RaymonError]:
    """Ask both at the same time; each place of the result holds the answer or why there is none."""
    answers: list[T | RaymonError] = []

    async def ask_first() -> None:
        answers.append(await settled(first))

    async with anyio.create_task_group() as group:
        group.start_soon(ask_first)
        other = await settled(second)
    return answers[0], other


async def settled(ask: Callable[[], Awaitable[T]]) -> T | RaymonError:
    """Return the answer, or the failure as a value."""
    try:
        return await ask()
    except RaymonError as error:
        return error


def answered(answer: T | RaymonError) -> T:
    """Return the answer, or raise the failure that stands in its place."""
    if isinstance(answer, RaymonError):
        raise answer
    return answer
