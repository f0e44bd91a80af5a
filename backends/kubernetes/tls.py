"""How an API server's certificate is checked, and which of ours it is shown."""

from __future__ import annotations

import ssl
from typing import Any


class ServerContext(ssl.SSLContext):
    """Checks every server against one name, whatever it is called by whoever connects.

    `tls-server-name` has to hold behind a proxy and for websockets too, where libraries ask for no name.
    """

    name: str | None = None

    def wrap_bio(
        self,
        incoming: ssl.MemoryBIO,
        outgoing: ssl.MemoryBIO,
        server_side: bool = False,
        server_hostname: str | bytes | None = None,
        session: ssl.SSLSession | None = None,
    ) -> ssl.SSLObject:
        """Wrap a connection; see `ssl.SSLContext`."""
        return super().wrap_bio(incoming, outgoing, server_side, self.name or server_hostname, session)


def tls_of(configuration: Any) -> ssl.SSLContext:
    """Return what a configuration of the client library says; raises `OSError` of files that cannot be used."""
    context = ServerContext(ssl.PROTOCOL_TLS_CLIENT)
    context.name = configuration.tls_server_name or None
    if not configuration.verify_ssl:
        context.check_hostname = False
        context.verify_mode = ssl.CERT_NONE
    elif configuration.ssl_ca_cert:
        context.load_verify_locations(cafile=configuration.ssl_ca_cert)
    else:
        context.load_default_certs()
    if configuration.cert_file:
        context.load_cert_chain(configuration.cert_file, configuration.key_file)
    return context
