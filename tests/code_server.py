"""An SSH server that asks at the keyboard what a test wants: OpenSSH leaves that to the modules of a system's PAM."""

from __future__ import annotations

import contextlib
import socket
import threading
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import paramiko

Round = tuple[str, str, Sequence[tuple[str, bool]]]
"""A title, instructions, and prompts, each with whether what is typed is to be seen."""


@dataclass
class CodeServer:
    """Asks `rounds` one after the other, and lets in who answers the last one with `right`."""

    rounds: Sequence[Round]
    right: Sequence[str]
    port: int = 0
    silent: bool = False
    """Whether it says nothing to an answer."""
    answers: list[list[str]] = field(default_factory=list)
    ended: threading.Event = field(default_factory=threading.Event)

    @property
    def user(self) -> str:
        return "ann"


class _Asks(paramiko.ServerInterface):
    def __init__(self, server: CodeServer) -> None:
        self._server = server
        self._round = 0

    def get_allowed_auths(self, username: str) -> str:
        return "keyboard-interactive"

    def check_auth_none(self, username: str) -> int:
        return paramiko.AUTH_FAILED

    def check_auth_interactive(self, username: str, submethods: str) -> paramiko.InteractiveQuery:
        self._round = 0
        return self._query()

    def _query(self) -> paramiko.InteractiveQuery:
        title, instructions, prompts = self._server.rounds[self._round]
        return paramiko.InteractiveQuery(title, instructions, *prompts)

    def check_auth_interactive_response(self, responses: Sequence[str]) -> int | paramiko.InteractiveQuery:
        self._server.answers.append([str(one) for one in responses])
        if self._server.silent:
            self._server.ended.wait()
        self._round += 1
        if self._round < len(self._server.rounds):
            return self._query()
        right = list(responses) == list(self._server.right)
        return paramiko.AUTH_SUCCESSFUL if right else paramiko.AUTH_FAILED

    def check_channel_request(self, kind: str, chanid: int) -> int:
        return paramiko.OPEN_FAILED_CONNECT_FAILED

    def check_channel_direct_tcpip_request(
        self, chanid: int, origin: tuple[str, int], destination: tuple[str, int]
    ) -> int:
        return paramiko.OPEN_FAILED_CONNECT_FAILED


@contextlib.contextmanager
def asking_for_codes(rounds: Sequence[Round], right: Sequence[str], host_key: Path) -> Iterator[CodeServer]:
    """Run such a server on loopback until the block ends."""
    server, key = CodeServer(rounds, right), paramiko.Ed25519Key.from_private_key_file(str(host_key))
    transports: list[paramiko.Transport] = []
    with socket.create_server(("127.0.0.1", 0)) as listening:
        server.port = listening.getsockname()[1]

        def serve() -> None:
            with contextlib.suppress(OSError):
                while True:
                    transport = paramiko.Transport(listening.accept()[0])
                    transport.add_server_key(key)
                    transports.append(transport)
                    with contextlib.suppress(paramiko.SSHException, EOFError):
                        transport.start_server(server=_Asks(server))

        thread = threading.Thread(target=serve, daemon=True)
        thread.start()
        try:
            yield server
        finally:
            server.ended.set()
            listening.shutdown(socket.SHUT_RDWR)
            thread.join(10)
            for transport in transports:
                transport.close()
