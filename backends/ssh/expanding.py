"""What stands for something else in values of ssh_config(5): `%h` and its like, `~`, `${NAME}`."""

from __future__ import annotations

import getpass
import os
import re
import socket
from collections.abc import Mapping
from pathlib import Path

_VARIABLE = re.compile(r"\$\{([A-Za-z_][A-Za-z0-9_]*)\}")
_TOKEN = re.compile(r"%(.)")


def tokens_of(named: str, host: str, port: int, user: str, jump: str = "", host_key_alias: str = "") -> dict[str, str]:
    """Return what each letter behind a `%` stands for: `host` is what `named` comes to, `user` is logged in there."""
    here = socket.gethostname()
    return {
        "%": "%",
        "d": str(Path.home()),
        "h": host,
        "i": str(os.getuid()),
        "j": jump,
        "k": host_key_alias or named,
        "L": here.partition(".")[0],
        "l": here,
        "n": named,
        "p": str(port),
        "r": user,
        "u": getpass.getuser(),
    }


def with_tokens(text: str, tokens: Mapping[str, str]) -> str:
    """Return `text` with every token replaced; one that is not known stays."""
    return _TOKEN.sub(lambda found: tokens.get(found[1], found[0]), text)


def path_of(text: str, tokens: Mapping[str, str], environ: Mapping[str, str]) -> Path:
    """Return the path that a value names; a variable that is not set stays as it is written."""
    path = os.path.expanduser(text)  # noqa: PTH111 - Path knows no home of another user that is missing
    path = _VARIABLE.sub(lambda found: environ.get(found[1], found[0]), path)
    return Path(with_tokens(path, tokens))


def agent_of(text: str, tokens: Mapping[str, str], environ: Mapping[str, str]) -> Path | None:
    """Return the socket of the agent that IdentityAgent means; None where there is to be none."""
    if text.lower() == "none":
        return None
    variable = "SSH_AUTH_SOCK" if text in ("", "SSH_AUTH_SOCK") else text[1:] if re.match(r"\$[A-Za-z_]", text) else ""
    if variable:
        named = environ.get(variable, "")
        return Path(named) if named else None
    return path_of(text, tokens, environ)
