"""How the API server is spoken to: what kubeconfig or the pod that we run in says of it.

All forms of kubeconfig are read by the `kubernetes` package itself: tokens, certificates, several files, proxies.
Everything here may block, and reads files or runs a plug-in: it is for a worker thread of anyio.
"""

from __future__ import annotations

import os
import ssl
import threading
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import quote

from raymon_tui.backends.base import ConnectOptions
from raymon_tui.backends.errors import UsageError
from raymon_tui.backends.kubernetes.proxies import proxy_for
from raymon_tui.backends.kubernetes.tls import tls_of

_TRIED = "read the kubeconfig"
_ADVICE = "name one with --kubeconfig or KUBECONFIG, and a context in it with --context"
IN_CLUSTER = "in-cluster"
SERVICE_ACCOUNT = Path("/var/run/secrets/kubernetes.io/serviceaccount")


Headers = list[tuple[str, str]]
"""A name may stand there more than once."""


@dataclass(frozen=True)
class Access:
    """An API server: its URL, the context that names it, the namespace that is meant where none is said.

    `acts_as` are the headers that say as whom the kubeconfig has us act.
    """

    server: str
    context: str
    namespace: str
    tls: ssl.SSLContext | None
    proxy: str | None = field(default=None, repr=False)
    acts_as: tuple[tuple[str, str], ...] = ()
    _configuration: Any = field(default=None, repr=False, compare=False)
    _lock: threading.Lock = field(default_factory=threading.Lock, repr=False, compare=False)

    def headers(self) -> Headers:
        """Return what says who we are; a token that has expired is fetched anew, by one thread for all.

        Raises `UsageError` or what a plug-in raises where it cannot be had.
        """
        try:
            with self._lock:
                settings = self._configuration.auth_settings().values()
        except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
            raise UsageError("renew the token of the kubeconfig", _words(error), _ADVICE) from None
        found = [(one["key"], one["value"]) for one in settings if one.get("in") == "header" and one.get("value")]
        return [*found, *self.acts_as]


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
    if environ.get("KUBECONFIG"):
        # Another file may lead to another cluster: it is no more taken here than by kubectl.
        raise UsageError(_TRIED, f"KUBECONFIG names {environ['KUBECONFIG']}, which is not there", _ADVICE)
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
        _check_context(merged.value, options.context)
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


def _check_context(config: Mapping[str, Any], named: str | None) -> None:
    """Raise `UsageError` where there is no such context, with those that there are."""
    wanted = named or config.get("current-context")
    known = [str(one["name"]) for one in config.get("contexts") or ()]
    if wanted and wanted not in known:
        advice = f"name one with --context: {', '.join(known)}" if known else _ADVICE
        raise UsageError(_TRIED, f"it has no context {wanted}", advice)


def _paths(options: ConnectOptions, environ: Mapping[str, str]) -> list[str]:
    if options.kubeconfig is not None:
        return [str(options.kubeconfig)]
    named = [path for path in environ.get("KUBECONFIG", "").split(os.pathsep) if path]
    ordinary = Path(environ.get("HOME") or Path.home()) / ".kube" / "config"
    return [path for path in named or [str(ordinary)] if Path(path).is_file()]


def _made(
    configuration: Any, context: str, namespace: str, cluster: Mapping[str, Any], user: Mapping[str, Any]
) -> Access:
    server = str(configuration.host).rstrip("/")
    return Access(
        server,
        context,
        namespace,
        _tls(configuration) if server.startswith("https:") else None,
        str(cluster["proxy-url"]) if cluster.get("proxy-url") else proxy_for(server),
        tuple(_impersonated(user)),
        configuration,
    )


def _impersonated(user: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    """Yield the headers for all that a kubeconfig says of whom to act as."""
    if not user.get("as"):
        return
    yield "Impersonate-User", str(user["as"])
    if user.get("as-uid"):
        yield "Impersonate-Uid", str(user["as-uid"])
    for group in user.get("as-groups") or ():
        yield "Impersonate-Group", str(group)
    for key, values in (user.get("as-user-extra") or {}).items():
        for value in values or ():
            yield f"Impersonate-Extra-{quote(str(key), safe='')}", str(value)


def _tls(configuration: Any) -> ssl.SSLContext:
    try:
        return tls_of(configuration)
    except (OSError, ssl.SSLError) as error:
        raise UsageError(_TRIED, f"its certificates cannot be used: {error.strerror or error}", _ADVICE) from None


def _words(error: Exception) -> str:
    """Return what the package says; a plug-in may have written a token to where it complains."""
    text = str(error).splitlines()[0] if str(error) else type(error).__name__
    return text[:200]
