"""Which dashboards there are: those that Ray wrote on the head, and those that a Grafana has."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Literal

from msgspec import Struct

from raymon_tui.backends.base import Backend
from raymon_tui.backends.errors import RaymonError
from raymon_tui.cluster.grafana.api import GrafanaApi
from raymon_tui.cluster.grafana.head_files import dashboard_files, dashboard_in
from raymon_tui.cluster.grafana.model import Dashboard
from raymon_tui.cluster.ray_api.words import spoken

Origin = Literal["Ray, on the head", "Grafana"]


class Listed(Struct, frozen=True, kw_only=True):
    """A dashboard in the list. `dashboard` is there once it was read; `said` is why it could not be."""

    uid: str
    title: str
    origin: Origin
    folder: str = ""
    dashboard: Dashboard | None = None
    said: str = ""

    @property
    def panels(self) -> int | None:
        """How many panels it has."""
        return None if self.dashboard is None else len(self.dashboard.panels)


async def on_the_head(backend: Backend) -> AsyncIterator[Listed]:
    """Give the dashboards that Ray wrote, one after the other as they are read.

    Raises the `RaymonError` of looking for them; one that cannot be read says so.
    """
    for path in await dashboard_files(backend):
        name = path.rpartition("/")[2].removesuffix(".json")
        try:
            found = await dashboard_in(backend, path)
        except RaymonError as failure:
            yield Listed(uid=name, title=name, origin="Ray, on the head", said=spoken(failure.said, 200))
        else:
            yield Listed(uid=found.uid, title=found.title, origin="Ray, on the head", dashboard=found)


async def in_grafana(api: GrafanaApi) -> tuple[Listed, ...]:
    """Return the dashboards of a Grafana, which are not read yet; raises the `RaymonError` of asking for them."""
    return tuple(
        Listed(uid=one.uid, title=one.title, origin="Grafana", folder=one.folder) for one in await api.dashboards()
    )
