"""What a user may type to name a cluster, taken apart: pure."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from urllib.parse import unquote, urlsplit

from raymon_tui.backends.errors import UsageError

KUBERNETES_KINDS = ("raycluster", "rayjob", "rayservice", "raycronjob")

FORMS = """\
  (nothing)                       the Ray cluster on this machine
  http(s)://[user:pass@]host[:port][/prefix]
                                  a dashboard that can be reached from here"""
"""The forms that this version opens, for messages."""


@dataclass(frozen=True)
class LocalTarget:
    """The clusters of this machine."""


@dataclass(frozen=True)
class UrlTarget:
    """A dashboard's address. `prefix` is its path without a slash at the end; credentials are never printed."""

    scheme: str
    host: str
    port: int
    prefix: str = ""
    user: str | None = field(default=None, repr=False)
    password: str | None = field(default=None, repr=False)

    @property
    def base_url(self) -> str:
        """The address without credentials."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        return f"{self.scheme}://{host}:{self.port}{self.prefix}"

    def __str__(self) -> str:
        """Return the address as a person would write it: no credentials, no default port."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        port = "" if self.port == _DEFAULT_PORTS[self.scheme] else f":{self.port}"
        return f"{self.scheme}://{host}{port}{self.prefix}"


Target = LocalTarget | UrlTarget

_HOST = re.compile(r"[0-9a-f:.]+(%[\w.-]+)?|(?!-)[\w-]{1,63}(\.[\w-]{1,63})*\.?")
"""An IPv6 address with its zone, or labels of letters, digits, hyphens and underscores."""
_DEFAULT_PORTS = {"http": 80, "https": 443}


def parse(text: str | None) -> Target:
    """Return what `text` names; raises `UsageError` that lists the forms where it names nothing."""
    if text is None:
        return LocalTarget()
    if re.match(r"https?://", text, re.IGNORECASE):
        return _url(text)
    raise UsageError(
        f"understand the target {_shown(text)}", _what_it_looks_like(text), f"a target is one of:\n{FORMS}"
    )


def _url(text: str) -> UrlTarget:
    tried, advice = f"understand the address {_shown(text)}", "write it as http://host:8265 or https://host/prefix"
    try:
        parts = urlsplit(text)
    except ValueError as error:
        raise UsageError(tried, str(error), advice) from None
    try:
        port = parts.port
    except ValueError:
        # Its own words may hold a part of a password, where that has a slash in it.
        raise UsageError(tried, "its port is no number from 0 to 65535", advice) from None
    if not parts.hostname:
        raise UsageError(tried, "it names no host", advice)
    if not _HOST.fullmatch(parts.hostname):
        raise UsageError(tried, "what it names is no host", advice)
    return UrlTarget(
        scheme=parts.scheme.lower(),
        host=parts.hostname,
        port=port if port is not None else _DEFAULT_PORTS[parts.scheme.lower()],
        prefix=parts.path.rstrip("/"),
        user=_decoded(parts.username),
        password=_decoded(parts.password),
    )


def _decoded(part: str | None) -> str | None:
    return None if part is None else unquote(part)


def _what_it_looks_like(text: str) -> str:
    scheme = text.partition("://")[0] if "://" in text else ""
    if scheme:
        return f"{scheme}:// is no way to a cluster that this version knows"
    if text.partition("/")[0].lower() in KUBERNETES_KINDS:
        return "clusters on Kubernetes cannot be opened by this version"
    if text == "-" or text.endswith((".yaml", ".yml")):
        return "cluster files cannot be opened by this version"
    return "it is none of the forms of a target"


def _shown(text: str) -> str:
    """Return a target fit to be printed: without what may be a password, wherever a slip of the pen has put it."""
    return repr(re.sub(r"^([^/@]*//)?.*@", r"\1…@", text, flags=re.DOTALL))
