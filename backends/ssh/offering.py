"""Logging in with a key, and whether a server would take it, asked before its owner is bothered (RFC 4252, 7)."""

from __future__ import annotations

import threading
from typing import Any

import paramiko
from paramiko.auth_handler import AuthHandler
from paramiko.common import MSG_USERAUTH_INFO_REQUEST, cMSG_USERAUTH_REQUEST

from raymon_tui.backends.ssh.agent import UnsignedError
from raymon_tui.backends.ssh.public_keys import PublicKey

_PK_OK = MSG_USERAUTH_INFO_REQUEST
"""SSH_MSG_USERAUTH_PK_OK: messages from 60 on mean what the method says that was asked for."""


class _Offer(AuthHandler):  # type: ignore[misc]
    """Shows a public key in place of signing with it, which paramiko does at once."""

    def __init__(self, transport: paramiko.Transport, public: PublicKey) -> None:
        super().__init__(transport)
        self._public = public
        self.taken = False

    def _parse_service_accept(self, _message: paramiko.Message) -> None:
        message = paramiko.Message()
        message.add_byte(cMSG_USERAUTH_REQUEST)
        for word in (self.username, "ssh-connection", "publickey"):
            message.add_string(word)
        message.add_boolean(False)
        message.add_string(self._finalize_pubkey_algorithm(self._public.key_type))
        message.add_string(self._public.blob)
        self.transport._send_message(message)

    def _parse_taken(self, _message: paramiko.Message) -> None:
        self.taken = True
        self.auth_event.set()

    @property
    def _client_handler_table(self) -> dict[int, Any]:
        return {**super()._client_handler_table, _PK_OK: self._parse_taken}


def is_taken(transport: paramiko.Transport, user: str, public: PublicKey) -> bool:
    """Return whether `user` could log in with that key; raises what paramiko does where it is not even looked at."""
    event = threading.Event()
    offer = transport.auth_handler = _Offer(transport, public)
    offer.auth_publickey(user, None, event)
    try:
        offer.wait_for_response(event)
    except paramiko.BadAuthenticationType:
        raise
    except paramiko.AuthenticationException:
        if offer.taken:
            return True
        if not transport.is_active():
            raise
    return offer.taken


class _Signing(AuthHandler):  # type: ignore[misc]
    """Logs in with a key; where that does not sign, the connection goes on, which paramiko would end."""

    def _parse_service_accept(self, message: paramiko.Message) -> None:
        try:
            super()._parse_service_accept(message)
        except UnsignedError as error:
            self.transport.saved_exception = error
            self.auth_event.set()


def log_in_with(transport: paramiko.Transport, user: str, key: paramiko.PKey) -> list[str]:
    """Log in with a key; return what the server wants besides, as `Transport.auth_publickey` does.

    Raises what that raises, and `UnsignedError` where an agent would not sign.
    """
    event = threading.Event()
    signing = transport.auth_handler = _Signing(transport)
    signing.auth_publickey(user, key, event)
    return list(signing.wait_for_response(event))
