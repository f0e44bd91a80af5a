"""The client library's own reader of kubeconfig; `access` imports it in a thread, since that takes 250 ms."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta, timezone
from pathlib import Path
from typing import Any

from kubernetes.config.dateutil import parse_rfc3339
from kubernetes.config.kube_config import EXPIRY_SKEW_PREVENTION_DELAY, FileOrData, KubeConfigLoader

from raymon_tui.backends.kubernetes.exec_plugin import credential

AHEAD, REST = timedelta(seconds=30), timedelta(seconds=10)
"""A plug-in is asked again so long before its token expires, and no more often than that."""


class Loader(KubeConfigLoader):
    """Reads one context of a kubeconfig; plug-ins are run by `exec_plugin`, which tests hold this to."""

    @property
    def user(self) -> Mapping[str, Any]:
        """What the kubeconfig says of the user."""
        return self._user.value if self._user else {}

    @property
    def cluster(self) -> Mapping[str, Any]:
        """What the kubeconfig says of the API server."""
        return self._cluster.value if self._cluster else {}

    def _load_from_exec_plugin(self) -> bool | None:
        if not self._user or not self._cluster or "exec" not in self._user:
            return None
        directory = self._get_base_path(self._cluster.path)
        status = credential(self.user["exec"], Path(directory), self.cluster)
        if "token" in status:
            self.token = f"Bearer {status['token']}"
        if "clientCertificateData" in status:
            self.cert_file = _file(status, "clientCertificateData", directory)
            self.key_file = _file(status, "clientKeyData", directory)
        if "expirationTimestamp" in status:
            # The base class asks again so long before: with a token of five minutes that is for each request.
            told = parse_rfc3339(status["expirationTimestamp"]) - AHEAD
            self.expiry = max(told, datetime.now(timezone.utc) + REST) + EXPIRY_SKEW_PREVENTION_DELAY
        return True


def _file(status: Mapping[str, Any], key: str, directory: str) -> str | None:
    held = FileOrData(status, None, data_key_name=key, file_base_path=directory, base64_file_content=False)
    path: str | None = held.as_file()
    return path
