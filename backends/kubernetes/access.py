"""How the API server is spoken to: what kubeconfig or the pod that we run in says of it.

All forms of kubeconfig are read by the `kubernetes` package itself: exec plug-ins, tokens, certificates, several files.
Everything here may block, and reads files or runs a plug-in: it is for a thread.
"""

from __future__ import annotations

import contextlib
import os
import ssl
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from raymon_tui.backends.base import ConnectOptions
from raymon_tui.backends.errors import UsageError

_TRIED = "read the kubeconfig"
_ADVICE = "name one with --kubeconfig or KUBECONFIG, and a context in it with --context"
IN_CLUSTER = "in-cluster"
_SERVICE_ACCOUNT = Path("/var/run/secrets/kubernetes.io/serviceaccount")


@dataclass(frozen=True)
class Access:
    """An API server: its URL, the context that names it, the namespace that is meant where none is said."""

    server: str
    context: str
    namespace: str
    tls: ssl.SSLContext | None
    server_name: str | None = None
    proxy: str | None = field(default=None, repr=False)
    _configuration: Any = field(default=None, repr=False, compare=False)

    def headers(self) -> dict[str, str]:
        """Return what says who we are; a token that has expired is fetched anew."""
        found: dict[str, str] = {}
        for setting in self._configuration.auth_settings().values():
            if setting.get("in") == "header" and setting.get("value"):
                found[setting["key"]] = setting["value"]
        return found


def access(options: ConnectOptions, environ: Mapping[str, str]) -> Access:
    """Return how to reach the API server that the options name; raises `UsageError` in words of what is wrong."""
    import yaml
    from kubernetes.client import Configuration
    from kubernetes.config import ConfigException, incluster_config
    from kubernetes.config.kube_config import KubeConfigLoader, KubeConfigMerger

    configuration = Configuration()
    configuration.host = "http://localhost"
    paths = _paths(options, environ)
    if not paths and _SERVICE_ACCOUNT.is_dir() and environ.get("KUBERNETES_SERVICE_HOST"):
        incluster_config.load_incluster_config(configuration)
        namespace = (_SERVICE_ACCOUNT / "namespace").read_text(encoding="utf-8").strip()
        return _made(configuration, IN_CLUSTER, options.namespace or namespace)
    if not paths:
        raise UsageError(_TRIED, "there is none: neither KUBECONFIG nor ~/.kube/config names one", _ADVICE)
    try:
        merged = KubeConfigMerger(os.pathsep.join(paths)).config
        if merged is None:
            raise UsageError(_TRIED, f"{paths[0]} is empty or not there", _ADVICE)
        loader = KubeConfigLoader(config_dict=merged, config_base_path=None, active_context=options.context)
        with contextlib.redirect_stderr(None):
            loader.load_and_set(configuration)
        current = loader.current_context
    except yaml.YAMLError:
        raise UsageError(_TRIED, f"{paths[0]} is no YAML", _ADVICE) from None
    except (ConfigException, OSError, ValueError, KeyError, TypeError, AttributeError) as error:
        raise UsageError(_TRIED, _words(error), _ADVICE) from None
    named = (current.get("context") or {}).get("namespace") if current else None
    return _made(configuration, current["name"] if current else "", options.namespace or named or "default")


def _paths(options: ConnectOptions, environ: Mapping[str, str]) -> list[str]:
    if options.kubeconfig is not None:
        return [str(options.kubeconfig)]
    named = [path for path in environ.get("KUBECONFIG", "").split(os.pathsep) if path]
    ordinary = Path(environ.get("HOME") or Path.home()) / ".kube" / "config"
    return [path for path in named if Path(path).is_file()] or ([str(ordinary)] if ordinary.is_file() else [])


def _made(configuration: Any, context: str, namespace: str) -> Access:
    server = str(configuration.host).rstrip("/")
    tls = _tls(configuration) if server.startswith("https:") else None
    return Access(
        server,
        context,
        namespace,
        tls,
        configuration.tls_server_name or None,
        configuration.proxy or None,
        configuration,
    )


def _tls(configuration: Any) -> ssl.SSLContext:
    try:
        context = ssl.create_default_context(cafile=configuration.ssl_ca_cert)
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
