"""How the API server is spoken to: what kubeconfig or the pod that we run in says of it.

All forms of kubeconfig are read by the `kubernetes` package itself: tokens, certificates, several files, proxies.
Everything here may block, and reads files or runs a plug-in: it is for a worker thread of anyio.
"""

from __future__ import annotations

import os
import ssl
import threading
import urllib.request
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from raymon_tui.backends.base import ConnectOptions
from raymon_tui.backends.errors import UsageError

_TRIED = "read the kubeconfig"
_ADVICE = "name one with --kubeconfig or KUBECONFIG, and a context in it with --context"
IN_CLUSTER = "in-cluster"
SERVICE_ACCOUNT = Path("/var/run/secrets/kubernetes.io/serviceaccount")


@dataclass(frozen=True)
class Access:
    """An API server: its URL, the context that names it, the namespace that is meant where none is said.

    `acts_as` is the user that the kubeconfig says to impersonate.
    """

    server: str
    context: str
    namespace: str
    tls: ssl.SSLContext | None
    server_name: str | None = None
    proxy: str | None = field(default=None, repr=False)
    acts_as: str | None = None
    _configuration: Any = field(default=None, repr=False, compare=False)
    _lock: threading.Lock = field(default_factory=threading.Lock, repr=False, compare=False)

    def headers(self) -> dict[str, str]:
        """Return what says who we are; a token that has expired is fetched anew, by one thread for all.

        Raises `UsageError` or what a plug-in raises where it cannot be had.
        """
        try:
            with self._lock:
                settings = self._configuration.auth_settings().values()
        except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
            raise UsageError("renew the token of the kubeconfig", _words(error), _ADVICE) from None
        found = {one["key"]: one["value"] for one in settings if one.get("in") == "header" and one.get("value")}
        return found if self.acts_as is None else {**found, "Impersonate-User": self.acts_as}


def access(options: ConnectOptions, environ: Mapping[str, str]) -> Access:
    """Return how to reach the API server that the options name; raises `UsageError` in words of what is wrong."""
    from kubernetes.client import Configuration

    configuration = Configuration()
    configuration.host = "http://localhost"
    paths = _paths(options, environ)
    if paths:
        return _by_kubeconfig(configuration, paths, options)
    if SERVICE_ACCOUNT.is_dir() and environ.get("KUBERNETES_SERVICE_HOST"):
        return _by_service_account(configuration, options, environ)
    raise UsageError(_TRIED, "there is none: neither KUBECONFIG nor ~/.kube/config names one", _ADVICE)


def _by_service_account(configuration: Any, options: ConnectOptions, environ: Mapping[str, str]) -> Access:
    from kubernetes.config import ConfigException
    from kubernetes.config.incluster_config import InClusterConfigLoader

    files = {"token_filename": SERVICE_ACCOUNT / "token", "cert_filename": SERVICE_ACCOUNT / "ca.crt"}
    try:
        InClusterConfigLoader(**files, environ=environ).load_and_set(configuration)
        namespace = (SERVICE_ACCOUNT / "namespace").read_text(encoding="utf-8").strip()
    except (ConfigException, OSError, ValueError) as error:
        raise UsageError("read this pod's service account", _words(error), _ADVICE) from None
    return _made(configuration, IN_CLUSTER, options.namespace or namespace, {}, {})


def _by_kubeconfig(configuration: Any, paths: list[str], options: ConnectOptions) -> Access:
    import yaml
    from kubernetes.config import ConfigException
    from kubernetes.config.kube_config import KubeConfigMerger

    from raymon_tui.backends.kubernetes.loading import Loader

    try:
        merged = KubeConfigMerger(os.pathsep.join(paths)).config
        if merged is None:
            raise UsageError(_TRIED, f"{paths[0]} is empty or not there", _ADVICE)
        loader = Loader(config_dict=merged, config_base_path=None, active_context=options.context)
        loader.load_and_set(configuration)
        current = loader.current_context
    except yaml.YAMLError:
        raise UsageError(_TRIED, f"{paths[0]} is no YAML", _ADVICE) from None
    except (ConfigException, OSError, ValueError, KeyError, TypeError, AttributeError) as error:
        raise UsageError(_TRIED, _words(error), _ADVICE) from None
    named = (current.get("context") or {}).get("namespace") if current else None
    context = current["name"] if current else ""
    return _made(configuration, context, options.namespace or named or "default", loader.cluster, loader.user)


def _paths(options: ConnectOptions, environ: Mapping[str, str]) -> list[str]:
    if options.kubeconfig is not None:
        return [str(options.kubeconfig)]
    named = [path for path in environ.get("KUBECONFIG", "").split(os.pathsep) if path]
    ordinary = Path(environ.get("HOME") or Path.home()) / ".kube" / "config"
    return [path for path in named if Path(path).is_file()] or ([str(ordinary)] if ordinary.is_file() else [])


def _made(
    configuration: Any, context: str, namespace: str, cluster: Mapping[str, Any], user: Mapping[str, Any]
) -> Access:
    server = str(configuration.host).rstrip("/")
    tls = _tls(configuration) if server.startswith("https:") else None
    return Access(
        server,
        context,
        namespace,
        tls,
        configuration.tls_server_name or None,
        str(cluster["proxy-url"]) if cluster.get("proxy-url") else _proxy_of_environment(server),
        str(user["as"]) if user.get("as") else None,
        configuration,
    )


def _proxy_of_environment(server: str) -> str | None:
    """Return the proxy that HTTPS_PROXY and its like name for a server, unless NO_PROXY spares it."""
    parts = urlsplit(server)
    if urllib.request.proxy_bypass(parts.hostname or ""):
        return None
    proxies = urllib.request.getproxies()
    return proxies.get(parts.scheme) or proxies.get("all")


def _tls(configuration: Any) -> ssl.SSLContext:
    try:
        context = ssl.create_default_context(cafile=configuration.ssl_ca_cert)
        # Python 3.13 would refuse the authorities of many real clusters, which lack a key identifier; kubectl does not.
        context.verify_flags &= ~ssl.VERIFY_X509_STRICT
        if not configuration.verify_ssl:
            context.check_hostname = False
            context.verify_mode = ssl.CERT_NONE
        if configuration.cert_file:
            context.load_cert_chain(configuration.cert_file, configuration.key_file)
    except (OSError, ssl.SSLError) as error:
        raise UsageError(_TRIED, f"its certificates cannot be used: {error.strerror or error}", _ADVICE) from None
    return context


def _words(error: Exception) -> str:
    """Return what the package says; a plug-in may have written a token to where it complains."""
    text = str(error).splitlines()[0] if str(error) else type(error).__name__
    return text[:200]
