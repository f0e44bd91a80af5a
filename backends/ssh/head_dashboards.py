"""Which of the dashboards on a head is meant, where nobody named its port: several Rays may share a machine."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

UNTOLD = ""
"""The session of a dashboard that wants a token before it tells."""
FURTHER = 10
"""So many ports after the usual one are looked at: Ray takes the next where one is taken."""
SKYPILOT_PORT, SKYPILOT_TEMP_DIR = 8266, "ray_skypilot"
"""Where SkyPilot keeps a Ray of its own, which is hardly ever the one that is meant."""

SCRIPT = r"""d=${RAY_TMPDIR:-/tmp}/ray
if [ -r "$d/ray_current_cluster" ]; then read -r a <"$d/ray_current_cluster"; echo "current=$a"; fi
l=$(readlink "$d/session_latest") && echo "latest=${l##*/}"
for f in $(grep -ls 'ray/[d]ashboard/dashboard\.py' /proc/[0-9]*/cmdline); do
if [ -O "$f" ]; then echo dashboard=ours; else echo dashboard=theirs; fi
tr '\0' '\n' <"$f" | grep -E '^--(port|session-dir|session-name|gcs-address)='
done
"""
"""Prints what `sessions_in` reads: of a head's dashboards what their command lines say, and what Ray calls the last."""


@dataclass(frozen=True)
class Process:
    """A dashboard that runs on the head; `ours` where whoever logs in runs it. `asked_for` is the port it was given."""

    ours: bool
    session: str = ""
    gcs_address: str = ""
    asked_for: int | None = None
    skypilot: bool = False


@dataclass(frozen=True)
class Sessions:
    """What the head says of its sessions: the GCS address of the cluster that Ray there takes for its own, the session
    that was started last, and the dashboards that run.
    """

    current: str = ""
    latest: str = ""
    processes: tuple[Process, ...] = field(default=())

    @property
    def meant(self) -> str:
        """The session that is meant: of one's own the only one, else that which Ray there would take; "" where unknown.

        SkyPilot's own counts only where Ray would take it.
        """
        ours = {one.session for one in self.processes if one.ours and one.session and not one.skypilot}
        if len(ours) == 1:
            return ours.pop()
        current = {one.session for one in self.processes if self.current and one.gcs_address == self.current}
        return current.pop() if len(current) == 1 else self.latest

    def ports(self, usual: int) -> tuple[int, ...]:
        """Return the ports to look at besides the usual one: those that follow it, and those that were asked for."""
        following = range(usual + 1, min(usual + FURTHER, 65535) + 1)
        asked = {one.asked_for for one in self.processes if one.asked_for is not None}
        return (*following, *sorted(asked - {usual, *following}))


def sessions_in(text: str) -> Sessions:
    """Return what the script printed; lines that are not its own are left out."""
    current = latest = ""
    processes: list[dict[str, str]] = []
    for line in text.splitlines():
        name, equals, value = line.strip().partition("=")
        if not equals:
            continue
        if name == "current":
            current = value
        elif name == "latest":
            latest = value
        elif name == "dashboard":
            processes.append({"whose": value})
        elif processes and name.startswith("--"):
            processes[-1][name] = value
    return Sessions(current, latest, tuple(map(_process, processes)))


def _process(told: Mapping[str, str]) -> Process:
    folder, port = told.get("--session-dir", "").rstrip("/"), told.get("--port", "")
    return Process(
        ours=told["whose"] == "ours",
        session=told.get("--session-name") or folder.rpartition("/")[2],
        gcs_address=told.get("--gcs-address", ""),
        asked_for=int(port) if port.isascii() and port.isdecimal() and 0 < int(port) < 65536 else None,
        skypilot=f"/{SKYPILOT_TEMP_DIR}/" in folder,
    )


def chosen(answers: Mapping[int, str], usual: int, meant: str) -> int | None:
    """Return the port of the dashboard that is meant; None where there is none, or only the user can tell.

    `answers` gives the session of each port at which a Ray dashboard answers. It is that of the session that is
    `meant`, else the usual one, else the only one that tells its session; SkyPilot's only in the first case.
    """
    if meant:
        fitting = [port for port, session in sorted(answers.items()) if session == meant]
        if fitting:
            return fitting[0]
    if usual in answers:
        return usual
    told = [port for port, session in answers.items() if session != UNTOLD]
    return told[0] if len(answers) == len(told) == 1 and told[0] != SKYPILOT_PORT else None


def listed(answers: Mapping[int, str]) -> str:
    """Return the dashboards that answer, in words: one a line."""
    return "\n".join(f"  {port}  {_words(port, answers[port])}" for port in sorted(answers))


def _words(port: int, session: str) -> str:
    told = session or "it wants a token before it tells its session"
    return f"{told} (SkyPilot's own is often there)" if port == SKYPILOT_PORT else told


def in_a_row(ports: Iterable[int]) -> str:
    """Return ports in words: `8266-8275, 9000`."""
    found: list[list[int]] = []
    for port in sorted(ports):
        if found and port == found[-1][1] + 1:
            found[-1][1] = port
        else:
            found.append([port, port])
    return ", ".join(str(first) if first == last else f"{first}-{last}" for first, last in found)
