"""The SSH keys that Ray's launcher makes where its file names none, by the names that it gives them."""

from __future__ import annotations

from collections.abc import Callable
from glob import escape
from pathlib import Path

from raymon_tui.backends.launcher.fields import Fields

PREFIX = "ray-autoscaler"


def default_keys(provider: Fields, ssh_user: str) -> tuple[str, ...]:
    """Return the patterns of the names of such keys, below the home directory, the likeliest first."""
    namer = _NAMERS.get(provider.text("type") or "")
    return namer(provider, ssh_user) if namer else ()


def keys_there(patterns: tuple[str, ...], home: Path | None = None) -> tuple[Path, ...]:
    """Return the files that there are for the patterns, in their order; of one pattern, by number."""
    home = home or Path.home()
    found = (sorted(home.glob(pattern), key=lambda path: (len(path.name), path.name)) for pattern in patterns)
    return tuple(dict.fromkeys(path for paths in found for path in paths if path.suffix != ".pub" and path.is_file()))


def _aws(provider: Fields, _user: str) -> tuple[str, ...]:
    name = provider.section("key_pair").text("key_name")
    if name is not None:
        return (f".ssh/{escape(name)}.pem", f".ssh/{escape(name)}_key-[0-9]*.pem")
    region = escape(provider.text("region") or "")
    return (f".ssh/{PREFIX}_{region}.pem", f".ssh/{PREFIX}_[0-9]*_{region}.pem")


def _gcp(provider: Fields, user: str) -> tuple[str, ...]:
    zone = provider.text("availability_zone") or ""
    region = provider.text("region") or zone.rpartition("-")[0]
    project = provider.text("project_id")
    # Where the file names no project it is that of the credentials, which nobody knows yet.
    stem = f".ssh/{PREFIX}_gcp_{escape(region)}_{'*' if project is None else escape(project)}_{escape(user)}_[0-9]*"
    return (stem,)


def _azure(provider: Fields, user: str) -> tuple[str, ...]:
    where = f"{escape(provider.text('location') or '')}_{escape(provider.text('resource_group') or '')}"
    stem = f".ssh/{PREFIX}_azure_{where}_{escape(user)}"
    return (stem, f"{stem}_[0-9]*")


def _vsphere(_provider: Fields, _user: str) -> tuple[str, ...]:
    return ("ray-bootstrap-key.pem",)


def _aliyun(provider: Fields, _user: str) -> tuple[str, ...]:
    return (f".ssh/{escape(provider.text('key_name') or 'ray')}",)


_NAMERS: dict[str, Callable[[Fields, str], tuple[str, ...]]] = {
    "aws": _aws,
    "gcp": _gcp,
    "azure": _azure,
    "vsphere": _vsphere,
    "aliyun": _aliyun,
}
