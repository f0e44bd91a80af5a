"""What the name of a log file tells: which part of Ray writes it, and where the same process writes the rest. Pure."""

from __future__ import annotations

WORKER_COMPONENTS = frozenset({"core_worker", "worker_out", "worker_err"})
LEFT_OUT = frozenset({"old", "events", "export_events", "nsight", "profiles"})
"""Directories among the logs that hold no logs that people read, but a file or more for each worker."""
_BY_WORD = (
    ("raylet.", "raylet"),
    ("gcs_server.", "gcs_server"),
    ("log_monitor", "internal"),
    ("monitor", "autoscaler"),
    ("agent.", "agent"),
    ("dashboard", "dashboard"),
    ("job-driver", "driver"),
)
_STREAMS = {".out": ".err", ".err": ".out"}


def component_of(name: str) -> str:
    """Return which component writes a file, in Ray's own words; a file in a directory belongs to that."""
    directory, slash, _ = name.partition("/")
    if slash:
        return directory
    if "worker" in name and name.endswith((".out", ".err")):
        return f"worker_{name[-3:]}"
    if name.endswith(".log"):
        for word, component in (("core-worker", "core_worker"), ("core-driver", "driver")):
            if word in name:
                return component
    return next((component for word, component in _BY_WORD if word in name), "internal")


def other_stream(name: str) -> str | None:
    """Return the file that holds the same process's stderr for a file of its stdout, and the other way round."""
    stem, suffix = name[:-4], name[-4:]
    return stem + _STREAMS[suffix] if suffix in _STREAMS else None


def wanted_directory(name: str) -> bool:
    """Whether the files in a directory of this name are listed."""
    return name not in LEFT_OUT
