"""Which proxy the environment names for an API server."""

from __future__ import annotations

import ipaddress
import urllib.request
from urllib.parse import urlsplit

_PORTS = {"http": 80, "https": 443}


def proxy_for(server: str) -> str | None:
    """Return the proxy that HTTPS_PROXY and its like name for a server, unless NO_PROXY spares it."""
    parts = urlsplit(server)
    host, port = parts.hostname or "", parts.port or _PORTS.get(parts.scheme, 443)
    proxies = urllib.request.getproxies()
    if spared(host, port, proxies.get("no", "")) or urllib.request.proxy_bypass(host):
        return None
    return proxies.get(parts.scheme) or proxies.get("all")


def spared(host: str, port: int, no_proxy: str) -> bool:
    """Return whether a list, as NO_PROXY has it, spares a host, by the rules that kubectl goes by.

    It holds `*`, addresses, networks (`10.0.0.0/8`), and domains, with all below them; `:port` may follow. Python's
    own reading of it knows no networks.
    """
    return any(_fits(host.lower(), port, entry.lower()) for entry in no_proxy.replace(",", " ").split())


def _fits(host: str, port: int, entry: str) -> bool:
    if entry == "*":
        return True
    address = _address(host)
    if "/" in entry:
        try:
            return address is not None and address in ipaddress.ip_network(entry, strict=False)
        except ValueError:
            return False
    name, wanted_port = entry, ""
    if _address(entry.strip("[]")) is None:
        name, _, wanted_port = entry.rpartition(":") if ":" in entry else (entry, "", "")
    if wanted_port and wanted_port != str(port):
        return False
    name = name.strip("[]")
    if address is not None:
        return address == _address(name)
    domain = name.removeprefix("*").lstrip(".")
    return bool(domain) and (host.endswith(f".{domain}") or (host == domain and name == domain))


def _address(text: str) -> ipaddress.IPv4Address | ipaddress.IPv6Address | None:
    try:
        return ipaddress.ip_address(text)
    except ValueError:
        return None
