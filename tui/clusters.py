"""Several clusters that are watched at once, each as if it were the only one."""

from __future__ import annotations

from raymon_tui.backends.errors import RaymonError
from raymon_tui.backends.resolve import Candidate
from raymon_tui.cluster.snapshot import Snapshot
from raymon_tui.tui.options import MonitorOptions
from raymon_tui.tui.session import Session, open_session

UNSEEN_REFRESH_S = 10.0
"""How often a cluster is asked at most while another one is on screen."""


class WatchedCluster:
    """One of several clusters.

    `failure` says why it is not watched: it refused the very first contact, or is no Ray. One that cannot be reached
    is tried again and again, for the others are worth seeing meanwhile.
    """

    def __init__(self, candidate: Candidate, options: MonitorOptions) -> None:
        self.title = candidate.title
        self.failure: RaymonError | None = None
        self._candidate = candidate
        self._options = options
        self.session = self._open()

    def _open(self) -> Session:
        return open_session(self._candidate.open(), self._options)

    @property
    def snapshot(self) -> Snapshot:
        """What is known of it."""
        return self.session.monitor.snapshot

    def open_anew(self) -> None:
        """Begin again with one whose first contact failed."""
        self.session, self.failure = self._open(), None

    async def watch(self) -> None:
        """Keep its picture fresh until cancelled, or until its first contact fails for good."""
        self.failure = await self.session.watch(insist=True)

    def seen(self, *, seen: bool) -> None:
        """Ask it as often as the user wants, or seldom while another one is on screen."""
        wanted = self.session.viewing.refresh_s
        self.session.monitor.set_refresh(wanted if seen else max(wanted, UNSEEN_REFRESH_S))
