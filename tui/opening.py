"""From a target to the first picture: the cluster is asked while the program that shows it is still being loaded.

Half of what a user waits for at the start is the import of Textual, and most of the other half the dashboard.
"""

from __future__ import annotations

import asyncio
import gc
from collections.abc import Mapping, Sequence
from types import MappingProxyType
from typing import TYPE_CHECKING

from anyio import to_thread

from raymon_tui.backends.resolve import Candidate
from raymon_tui.cluster.feeds.catalogue import OVERVIEW_FEEDS
from raymon_tui.tui.cli.quick import quick_imports
from raymon_tui.tui.cli.waiting import said_while_slow
from raymon_tui.tui.options import MonitorOptions
from raymon_tui.tui.questions import Questions
from raymon_tui.tui.session import Opened, open_session

if TYPE_CHECKING:
    from raymon_tui.backends.kubernetes.whole_cluster import WholeCluster
    from raymon_tui.tui.app import MonitorApp

NOTHING_OF_ITS_OWN: Mapping[Candidate, MonitorOptions] = MappingProxyType({})
COLLECTED_AFTER = (2_000, 10, 20)
"""A look at all objects takes longer than a key may wait, and what we let go of hardly ever forms cycles."""


def run_monitor(
    candidates: Sequence[Candidate],
    options: MonitorOptions,
    questions: Questions | None = None,
    own: Mapping[Candidate, MonitorOptions] = NOTHING_OF_ITS_OWN,
    *,
    together: bool = False,
) -> int:
    """Watch one of `candidates`, or all `together`, until the user has enough, and return the exit code.

    `questions` are those of its backend, which are answered on the screen; `own` the options of a candidate that has
    others than all. Raises the RaymonError of the very first contact, if that failed.
    """
    gc.set_threshold(*COLLECTED_AFTER)
    if together or len(candidates) != 1:
        app = _app_class()(candidates, options, questions=questions, own=own, together=together)
        return asyncio.run(_shown(app))
    return asyncio.run(_run(candidates, own.get(candidates[0], options), questions))


async def _run(candidates: Sequence[Candidate], options: MonitorOptions, questions: Questions | None) -> int:
    session = open_session(candidates[0].open(), options)
    session.monitor.want("screen", OVERVIEW_FEEDS)
    watching = asyncio.ensure_future(session.watch())
    try:
        app_class = await to_thread.run_sync(_app_class)
        if watching.done() and (failure := watching.result()) is not None:
            raise failure
        return await _shown(app_class(candidates, options, Opened(session, watching), questions))
    finally:
        watching.cancel()
        await asyncio.wait([watching])


def run_kubernetes_list(kubernetes: WholeCluster, options: MonitorOptions, *, everywhere: bool) -> int:
    """Show all Ray clusters in Kubernetes until the user has enough, and return the exit code.

    Raises the RaymonError of the API server where that is not reached.
    """
    gc.set_threshold(*COLLECTED_AFTER)
    return asyncio.run(_listed(kubernetes, options, everywhere=everywhere))


async def _listed(kubernetes: WholeCluster, options: MonitorOptions, *, everywhere: bool) -> int:
    try:
        with said_while_slow("waiting for the API server"):
            await kubernetes.get("/version")
        with quick_imports():
            from raymon_tui.tui.kubernetes_app import KubernetesApp

        return await _shown(KubernetesApp(kubernetes, "" if everywhere else kubernetes.place.namespace, options))
    finally:
        await kubernetes.aclose()


def _app_class() -> type[MonitorApp]:
    with quick_imports():
        from raymon_tui.tui.app import MonitorApp

    return MonitorApp


async def _shown(app: MonitorApp) -> int:
    code = await app.run_async()
    if app.failure is not None:
        raise app.failure
    return code or 0
