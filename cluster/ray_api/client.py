"""One cluster's dashboard, asked in Python. Each method is one question; its own module knows the route."""

from __future__ import annotations

import math
from collections.abc import Sequence

import anyio
import anyio.to_thread
import httpx

from raymon_tui.backends.errors import RaymonError, TimedOutError
from raymon_tui.backends.failures import failure_of
from raymon_tui.cluster.model.actor import Actor, ActorSummary
from raymon_tui.cluster.model.autoscaler import AutoscalerStatus
from raymon_tui.cluster.model.event import Event
from raymon_tui.cluster.model.job import Job
from raymon_tui.cluster.model.log_file import LogFile, LogWindow
from raymon_tui.cluster.model.node import Node, NodeDetail
from raymon_tui.cluster.model.page import Counts, Filter, Page
from raymon_tui.cluster.model.placement_group import PlacementGroup
from raymon_tui.cluster.model.serve import ServeInstance
from raymon_tui.cluster.model.stored_object import StoredObject
from raymon_tui.cluster.model.task import Task, TaskSummary
from raymon_tui.cluster.model.version import Version
from raymon_tui.cluster.model.worker import Worker
from raymon_tui.cluster.ray_api import actors, jobs, logs, summaries, tasks, version
from raymon_tui.cluster.ray_api.asking import LIST_TIMEOUT_S, ORDINARY_TIMEOUT_S, Params
from raymon_tui.cluster.ray_api.autoscaler import ask_autoscaler
from raymon_tui.cluster.ray_api.counts import Tallies
from raymon_tui.cluster.ray_api.events import ask_events
from raymon_tui.cluster.ray_api.failures import CLOSED, failure_of_status
from raymon_tui.cluster.ray_api.node_detail import ask_node_detail
from raymon_tui.cluster.ray_api.node_names import NodeNames
from raymon_tui.cluster.ray_api.nodes import ask_nodes
from raymon_tui.cluster.ray_api.placement_groups import ask_placement_groups
from raymon_tui.cluster.ray_api.redacted import without_secrets
from raymon_tui.cluster.ray_api.serve import ask_serve
from raymon_tui.cluster.ray_api.state_list import ask_list


class RayApi:
    """The dashboard that `http` reaches; the client stays its caller's, who closes it.

    Every method may raise a `RaymonError` and nothing else.
    """

    def __init__(self, http: httpx.AsyncClient) -> None:
        self._http = http
        self._tallies = Tallies(self.get)
        self._node_names = NodeNames(self.get)

    def start_anew(self) -> None:
        """Forget the counts that were kept: another session of Ray answers now."""
        self._tallies = Tallies(self.get)

    async def get(self, path: str, params: Params = (), *, timeout_s: float = ORDINARY_TIMEOUT_S) -> bytes:
        """Return the body of a good answer."""
        return await self._ask("GET", path, params, timeout_s)

    async def version(self) -> Version:
        """Return which Ray answers; raises `NotRayError` where something else does."""
        return await version.ask_version(self.get)

    async def service_discovery(self) -> bytes:
        """Return where the exporters are, as Ray writes it for Prometheus' service discovery."""
        return await self.get("/api/prometheus/sd")

    async def authentication_mode(self) -> str:
        """Return `disabled` or `token`; needs no token itself."""
        return await version.ask_authentication_mode(self.get)

    async def nodes(self) -> tuple[Node, ...]:
        """Return all nodes that GCS remembers, the dead ones too."""
        return await ask_nodes(self.get, self._node_names)

    async def node_detail(self, node_id: str) -> NodeDetail:
        """Return one node with its processes; its `resources_used` is not known from there."""
        return await ask_node_detail(self.get, node_id)

    async def autoscaler(self) -> AutoscalerStatus:
        """Return what the autoscaler last reported."""
        return await ask_autoscaler(self.get)

    async def jobs(self) -> tuple[Job, ...]:
        """Return drivers and submissions."""
        return await jobs.ask_jobs(self.get)

    async def job(self, submission_id: str) -> Job | None:
        """Return one job by its submission or job id; None where this cluster does not know it."""
        return await jobs.ask_job(self.get, submission_id)

    async def job_log(self, submission_id: str) -> LogWindow:
        """Return all that a submitted job's driver wrote; a job that was not submitted has none (`BadAnswerError`)."""
        return await jobs.ask_job_log(self.get, submission_id)

    async def stop_job(self, submission_id: str) -> bool:
        """Ask for a submitted job to be stopped; False where it had ended already."""
        return jobs.read_stopped(await self._ask("POST", jobs.stop_path(submission_id), (), ORDINARY_TIMEOUT_S))

    async def tasks(
        self,
        filters: Sequence[Filter] = (),
        *,
        limit: int = 1000,
        detail: bool = False,
        timeout_s: float = LIST_TIMEOUT_S,
    ) -> Page[Task]:
        """Return task attempts that pass all `filters`: the first `limit` by task id, not the newest."""
        return await ask_list(self.get, "tasks", Task, filters, limit=limit, detail=detail, timeout_s=timeout_s)

    async def task_attempts(self, task_id: str) -> Page[Task]:
        """Return all attempts of one task, in detail."""
        return await tasks.ask_attempts(self.get, task_id)

    async def task_summary(self) -> TaskSummary:
        """Return tasks counted by function; dear, it blocks the dashboard while it counts."""
        return await summaries.ask_task_summary(self.get)

    async def task_counts(self, job_id: str | None = None, *, whole_within_s: float = math.inf) -> Counts:
        """Return how many task attempts are in each state, exact past 10,000, of one job or of all.

        What is dear to count (all of them, the failed ones) is counted again only when its cost has been rested off;
        until then FINISHED and the total are what is known at least. Where what lives takes longer than
        `whole_within_s` to count, these two are left out: they take the dashboard seconds where many tasks have ended.
        """
        return await self._tallies.tasks(job_id, whole_within_s=whole_within_s)

    @property
    def has_counted_tasks(self) -> bool:
        """Whether the tasks of this cluster were counted before, wholly or not."""
        return self._tallies.has_counted_tasks

    async def actors(self, filters: Sequence[Filter] = (), *, limit: int = 1000, detail: bool = False) -> Page[Actor]:
        """Return actors that pass all `filters`; in detail with death causes and what their processes use."""
        return await actors.ask_actors(self.get, filters, limit=limit, detail=detail)

    async def actor(self, actor_id: str) -> Actor | None:
        """Return one actor in detail; None where this cluster does not know it."""
        return await actors.ask_actor(self.get, actor_id)

    async def actor_summary(self) -> ActorSummary:
        """Return actors counted by class; dear, it blocks the dashboard while it counts."""
        return await summaries.ask_actor_summary(self.get)

    async def actor_counts(self) -> Counts:
        """Return how many actors are in each state."""
        return await self._tallies.actors()

    async def placement_groups(self, filters: Sequence[Filter] = (), *, limit: int = 1000) -> Page[PlacementGroup]:
        """Return placement groups that pass all `filters`, with their bundles."""
        return await ask_placement_groups(self.get, filters, limit=limit)

    async def workers(self, filters: Sequence[Filter] = (), *, limit: int = 1000) -> Page[Worker]:
        """Return worker processes that pass all `filters`, ended ones too."""
        return await ask_list(self.get, "workers", Worker, filters, limit=limit, detail=True)

    async def objects(self, filters: Sequence[Filter] = (), *, limit: int = 1000) -> Page[StoredObject]:
        """Return references to objects that pass all `filters`; dear, it asks every worker."""
        return await ask_list(self.get, "objects", StoredObject, filters, limit=limit, detail=True)

    async def events(self) -> tuple[Event, ...]:
        """Return the events of all scopes, the newest last."""
        return await ask_events(self.get)

    async def serve(self) -> ServeInstance:
        """Return the applications of Serve; the first answer takes more than a second."""
        return await ask_serve(self.get)

    async def log_files(self, node_id: str) -> tuple[LogFile, ...]:
        """Return the files in a node's log directory; their sizes are not known from there."""
        return await logs.ask_log_files(self.get, node_id)

    async def log_tail(self, node_id: str, filename: str, lines: int = 1000) -> LogWindow:
        """Return the last lines of a log file; a file that is gone is a `BadAnswerError`."""
        return await logs.ask_log_tail(self.get, node_id, filename, lines)

    async def raw(self, path: str, params: Params = ()) -> bytes:
        """Return an answer as Ray gave it, the values of environment variables in it struck out."""
        body = await self.get(path, params)
        return await anyio.to_thread.run_sync(without_secrets, body)

    async def _ask(self, method: str, path: str, params: Params, timeout_s: float) -> bytes:
        tried = f"asking {self._http.base_url.host}:{self._port} for {path}"
        try:
            with anyio.fail_after(timeout_s):
                response = await self._http.request(method, path, params=list(_pairs(params)), timeout=timeout_s)
        except TimeoutError:
            raise TimedOutError(
                tried, f"no answer within {timeout_s:g} s", "The head node may be overloaded."
            ) from None
        except RaymonError:
            raise
        except (httpx.HTTPError, httpx.InvalidURL, OSError, *CLOSED) as error:
            raise failure_of(error, tried=tried) from None
        if response.is_success:
            return response.content
        location = response.headers.get("location", "")
        raise failure_of_status(response.status_code, response.content, tried=tried, location=location)

    @property
    def _port(self) -> int:
        base = self._http.base_url
        return base.port or (443 if base.scheme == "https" else 80)


def _pairs(params: Params) -> Sequence[tuple[str, str]]:
    return tuple(params) if isinstance(params, Sequence) else tuple(params.items())
