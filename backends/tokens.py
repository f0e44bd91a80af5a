"""Ray's token: where it is found, and how it is sent."""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Mapping
from pathlib import Path

from raymon_tui.backends.base import ConnectOptions
from raymon_tui.backends.errors import UsageError

ORDINARY_HEADER, SECOND_HEADER = "Authorization", "X-Ray-Authorization"
"""The dashboard takes the token in either; the second is for where the first is somebody else's (Ray 2.60)."""


def find_token(options: ConnectOptions, environ: Mapping[str, str]) -> str | None:
    """Return the token, or None where there is none: what the command line says, else what this machine has.

    Raises `UsageError` where a file that was asked for cannot be read, or what is found can be no token.
    """
    is_given = options.token is not None or options.token_file is not None
    return given_token(options) if is_given else token_here(environ)


def given_token(options: ConnectOptions) -> str | None:
    """Return the token that the command line says; see `find_token`."""
    if options.token is not None:
        return _checked(options.token, "the token that was given")
    return None if options.token_file is None else token_in(options.token_file, "--token-file")


def token_here(environ: Mapping[str, str]) -> str | None:
    """Return the token that this machine has for whatever cluster; see `find_token`.

    Looked for in the order of Ray's own clients: `RAY_AUTH_TOKEN`, the file that `RAY_AUTH_TOKEN_PATH` names,
    `~/.ray/auth_token`.
    """
    if token := _checked(environ.get("RAY_AUTH_TOKEN", ""), "RAY_AUTH_TOKEN"):
        return token
    if path := environ.get("RAY_AUTH_TOKEN_PATH"):
        return token_in(Path(path).expanduser(), "RAY_AUTH_TOKEN_PATH")
    ordinary = Path(environ.get("HOME") or Path.home()) / ".ray" / "auth_token"
    return token_in(ordinary, "~/.ray/auth_token") if ordinary.is_file() else None


def token_in(path: Path, named_by: str) -> str | None:
    """Return the token in a file; raises `UsageError` where it cannot be read or holds none. `named_by` named it."""
    tried = f"read the token that {named_by} names"
    try:
        text = path.read_text(encoding="utf-8")
    except OSError as error:
        raise UsageError(tried, f"{path}: {error.strerror}", "make the file readable, or name another") from None
    except UnicodeDecodeError:
        raise UsageError(tried, f"{path} holds no text", "name the file that holds the token") from None
    return _checked(text, str(path))


def _checked(text: str, source: str) -> str | None:
    """Return a token that can be sent; what cannot be is refused without a word of it."""
    token = text.strip()
    if not all("!" <= character <= "~" for character in token):
        said = f"{source} holds more than one word of plain ASCII"
        raise UsageError("read the token", said, "give the token alone, in one line")
    return token or None


def dashboard_headers(
    options: ConnectOptions, environ: Mapping[str, str], *, basic: tuple[str, str] | None = None
) -> dict[str, str]:
    """Return the headers for requests to the dashboard, and to nothing else.

    `basic` is the user and password of the URL; they take `Authorization`, so the token then goes by the second header.
    What `--header` says comes before both. Raises `UsageError` where a header cannot be sent.
    """
    return headers_with(find_token(options, environ), options, basic=basic)


def headers_with(token: str | None, options: ConnectOptions, *, basic: tuple[str, str] | None = None) -> dict[str, str]:
    """Return the headers for a token; see `dashboard_headers`."""
    headers: dict[str, str] = {}
    if basic is not None:
        headers[ORDINARY_HEADER] = "Basic " + b64encode(":".join(basic).encode()).decode()
    if token is not None:
        headers[SECOND_HEADER if basic is not None else ORDINARY_HEADER] = f"Bearer {token}"
    for name, value in options.headers:
        if not value.isprintable():
            raise UsageError(f"send the header {name}", "its value holds a control code", "give it as one line of text")
    given = {name.lower() for name, _ in options.headers}
    return {name: value for name, value in headers.items() if name.lower() not in given} | dict(options.headers)
