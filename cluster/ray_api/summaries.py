"""Tasks counted by function, and actors counted by class."""

from __future__ import annotations

from typing import TypeVar

from msgspec import Struct

from raymon_tui.cluster.model.actor import ActorSummary, ClassSummary
from raymon_tui.cluster.model.task import FunctionSummary, TaskSummary
from raymon_tui.cluster.ray_api.asking import LIST_TIMEOUT_S, Get
from raymon_tui.cluster.ray_api.reply import content

T = TypeVar("T")


class _Tasks(Struct, frozen=True):
    summary: dict[str, FunctionSummary] = {}


class _Actors(Struct, frozen=True):
    summary: dict[str, ClassSummary] = {}


class _TasksByNode(Struct, frozen=True):
    node_id_to_summary: dict[str, _Tasks] = {}


class _ActorsByNode(Struct, frozen=True):
    node_id_to_summary: dict[str, _Actors] = {}


class _Account(Struct, frozen=True):
    total: int | None = None
    num_after_truncation: int | None = None
    partial_failure_warning: str | None = None
    warnings: list[str] | str | None = None

    def all_warnings(self) -> tuple[str, ...]:
        listed = [self.warnings] if isinstance(self.warnings, str) else self.warnings or []
        return tuple(words for words in (self.partial_failure_warning, *listed) if words)


class _TaskResult(_Account, frozen=True):
    result: _TasksByNode = _TasksByNode()


class _ActorResult(_Account, frozen=True):
    result: _ActorsByNode = _ActorsByNode()


class _TaskData(Struct, frozen=True):
    result: _TaskResult = _TaskResult()


class _ActorData(Struct, frozen=True):
    result: _ActorResult = _ActorResult()


async def ask_task_summary(get: Get) -> TaskSummary:
    """Return tasks by function or method."""
    account = (await _ask(get, "tasks", "func_name", _TaskData)).result
    functions = tuple(row for node in account.result.node_id_to_summary.values() for row in node.summary.values())
    return TaskSummary(
        functions=functions,
        total=account.total,
        num_after_truncation=account.num_after_truncation,
        warnings=account.all_warnings(),
    )


async def ask_actor_summary(get: Get) -> ActorSummary:
    """Return actors by class."""
    account = (await _ask(get, "actors", "class", _ActorData)).result
    classes = tuple(row for node in account.result.node_id_to_summary.values() for row in node.summary.values())
    return ActorSummary(
        classes=classes,
        total=account.total,
        num_after_truncation=account.num_after_truncation,
        warnings=account.all_warnings(),
    )


async def _ask(get: Get, kind: str, by: str, type_: type[T]) -> T:
    path = f"/api/v0/{kind}/summarize"
    params = {"summary_by": by, "timeout": str(int(LIST_TIMEOUT_S))}
    return content(await get(path, params, timeout_s=LIST_TIMEOUT_S), type_, asked=path)
