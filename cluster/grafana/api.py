"""Grafana's HTTP API, as far as dashboards and what they ask are had by it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from urllib.parse import quote

import anyio
import httpx
import msgspec

from raymon_tui.backends.errors import (
    BadAnswerError,
    ForbiddenError,
    RaymonError,
    RefusedError,
    TimedOutError,
    UnauthorizedError,
)
from raymon_tui.backends.failures import failure_of
from raymon_tui.cluster.grafana.json_shape import obj, objects, text
from raymon_tui.cluster.grafana.model import Dashboard
from raymon_tui.cluster.grafana.parsing import dashboard_of
from raymon_tui.cluster.prometheus.api import PrometheusApi
from raymon_tui.cluster.ray_api.words import complaint, spoken

ANSWER_S = 15.0
LARGEST = 8 << 20
MOST_FOUND = 200
_ASK = "ask Grafana"
_TOKEN = "Give the token of a service account with --grafana-token-file FILE; the role Viewer is enough."  # noqa: S105
_NOTHING_THERE = "Is Grafana up, and that its address as seen from the head?"


class Named(msgspec.Struct, frozen=True):
    """A dashboard that Grafana has: its uid, its title, and the folder that it is in."""

    uid: str
    title: str
    folder: str = ""


@dataclass(frozen=True)
class GrafanaApi:
    """The Grafana that `http` reaches, whose base URL holds its path prefix; the client stays its caller's.

    `headers` may hold a token. Every method may raise a `RaymonError`, in Grafana's own words, and nothing else.
    """

    http: httpx.AsyncClient
    headers: Mapping[str, str] = field(default_factory=dict, repr=False)

    async def health(self) -> str:
        """Return the version of a Grafana that is well; no token is needed to ask."""
        found = obj(await self._get("api/health"))
        if found.get("database") != "ok":
            said = f"its database is {spoken(text(found.get('database')), 40) or 'not known to be well'}"
            raise BadAnswerError(_ASK, said, "Its own log says more.")
        return spoken(text(found.get("version")), 20)

    async def dashboards(self) -> tuple[Named, ...]:
        """Return the dashboards that may be seen, at most `MOST_FOUND`."""
        found = await self._get("api/search", {"type": "dash-db", "limit": str(MOST_FOUND)})
        return tuple(
            Named(text(one.get("uid")), text(one.get("title")), text(one.get("folderTitle")))
            for one in objects(found)[:MOST_FOUND]
            if text(one.get("uid"))
        )

    async def dashboard(self, uid: str) -> Dashboard:
        """Return a dashboard."""
        return dashboard_of(await self._read(f"api/dashboards/uid/{quote(uid, safe='')}"), named=uid)

    async def prometheus_sources(self) -> tuple[str, ...]:
        """Return the uids of the data sources that are Prometheus servers, the default one first."""
        found = [one for one in objects(await self._get("api/datasources")) if one.get("type") == "prometheus"]
        found.sort(key=lambda one: one.get("isDefault") is not True)
        return tuple(text(one.get("uid")) for one in found if text(one.get("uid")))

    def prometheus(self, source: str) -> PrometheusApi:
        """Return a Prometheus that is asked through Grafana, as the data source of that uid."""
        route = f"api/datasources/proxy/uid/{quote(source, safe='')}/"
        return PrometheusApi(self.http, self.headers, route, _TOKEN)

    async def _get(self, path: str, params: Mapping[str, str] | None = None) -> object:
        try:
            return msgspec.json.decode(await self._read(path, params))
        except (msgspec.MsgspecError, ValueError, RecursionError):
            raise BadAnswerError(
                _ASK, "it answers, but not in JSON", "Is that Grafana's address, with its path?"
            ) from None

    async def _read(self, path: str, params: Mapping[str, str] | None = None) -> bytes:
        try:
            with anyio.fail_after(ANSWER_S):
                status, body = await self._answer(path, params)
        except TimeoutError:
            raise TimedOutError(_ASK, f"no answer within {ANSWER_S:g} s", _NOTHING_THERE) from None
        except (httpx.HTTPError, httpx.InvalidURL, OSError, anyio.BrokenResourceError, anyio.EndOfStream) as error:
            failure = failure_of(error, tried=_ASK)
            if isinstance(failure, RefusedError):
                raise failure from None
            raise type(failure)(_ASK, failure.said, _NOTHING_THERE) from None
        if status != 200:
            raise _failure(status, body)
        return body

    async def _answer(self, path: str, params: Mapping[str, str] | None) -> tuple[int, bytes]:
        async with self.http.stream("GET", path, headers=self.headers, params=params) as answer:
            body = bytearray()
            async for part in answer.aiter_bytes():
                body += part
                if len(body) > LARGEST:
                    raise BadAnswerError(_ASK, f"the answer is larger than {LARGEST >> 20} MiB", "")
            return answer.status_code, bytes(body)


def _failure(status: int, body: bytes) -> RaymonError:
    try:
        words = complaint(text(obj(msgspec.json.decode(body)).get("message")))
    except (msgspec.MsgspecError, ValueError, RecursionError):
        words = spoken(body)
    said = f"HTTP {status}: {words}" if words else f"HTTP {status}"
    if status == 401:
        return UnauthorizedError(_ASK, said, _TOKEN)
    if status == 403:
        return ForbiddenError(_ASK, said, "Give the service account that permission, or another token.")
    return BadAnswerError(_ASK, said, "")
