"""Ray's token: where it is found, and how it is sent."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from raymon_tui.backends.base import ConnectOptions
from raymon_tui.backends.errors import UsageError

ORDINARY_HEADER, SECOND_HEADER = "Authorization", "X-Ray-Authorization"
"""The dashboard takes the token in either; the second is for where the first is somebody else's (Ray 2.60)."""


def find_token(options: ConnectOptions, environ: Mapping[str, str], home: Path | None = None) -> str | None:
    """Return the token, or None where there is none.

    Looked for in the order of Ray's own clients, after what the command line says: `RAY_AUTH_TOKEN`, the file that
    `RAY_AUTH_TOKEN_PATH` names, `~/.ray/auth_token`. Raises `UsageError` where a file that was asked for cannot be
    read.
    """
    if options.token is not None:
        return options.token.strip() or None
    if options.token_file is not None:
        return _read(options.token_file, "--token-file")
    if token := environ.get("RAY_AUTH_TOKEN", "").strip():
        return token
    if path := environ.get("RAY_AUTH_TOKEN_PATH"):
        return _read(Path(path).expanduser(), "RAY_AUTH_TOKEN_PATH")
    ordinary = (home or Path.home()) / ".ray" / "auth_token"
    return _read(ordinary, "~/.ray/auth_token") if ordinary.is_file() else None


def _read(path: Path, named_by: str) -> str | None:
    tried = f"read the token that {named_by} names"
    try:
        text = path.read_text(encoding="utf-8").strip()
    except OSError as error:
        raise UsageError(tried, f"{path}: {error.strerror}", "make the file readable, or name another") from None
    except UnicodeDecodeError:
        raise UsageError(tried, f"{path} holds no text", "name the file that holds the token") from None
    if any(character.isspace() for character in text):
        raise UsageError(tried, f"{path} holds more than one word", "name the file that holds the token alone")
    return text or None


def dashboard_headers(
    options: ConnectOptions, environ: Mapping[str, str], *, authorization_taken: bool = False
) -> dict[str, str]:
    """Return the headers for requests to the dashboard, and to nothing else: the token, then what `--header` says.

    `authorization_taken`: the URL's own user and password need `Authorization`, so the token goes by the second header.
    """
    headers: dict[str, str] = {}
    token = find_token(options, environ)
    if token is not None:
        headers[SECOND_HEADER if authorization_taken else ORDINARY_HEADER] = f"Bearer {token}"
    given = {name.lower() for name, _ in options.headers}
    return {name: value for name, value in headers.items() if name.lower() not in given} | dict(options.headers)
