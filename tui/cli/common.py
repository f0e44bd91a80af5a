"""The options that every command takes, before or after its name and its target."""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path
from typing import TypeVar

import click

from raymon_tui.backends.base import Endpoint
from raymon_tui.cluster.prometheus.options import PrometheusOptions
from raymon_tui.tui.cli.config_file import name_file
from raymon_tui.tui.cli.given import Keep, keep_connect, keep_grafana, keep_prometheus
from raymon_tui.tui.options import MonitorOptions

C = TypeVar("C", bound=click.Command)
N = TypeVar("N", int, float)

THEMES = ("dark", "light", "terminal")
_ADDRESS = re.compile(r"(?:\[([0-9a-fA-F:.]+)\]|([^\s:/\[\]]+)):(\d{1,5})")
_HEADER = re.compile(r"([!#$%&'*+.^_`|~0-9A-Za-z-]+)=([^\r\n\0]*)")


def between(value: N, low: float, high: float) -> N:
    """Return `value`; where it oversteps the bounds that is a usage error, which names them."""
    if not low <= value <= high:
        raise click.BadParameter(f"{value:g} does not lie between {low:g} and {high:g}")
    return value


def common_options(command: C) -> C:
    """Give a command the common options; what they come to is had from `given.options_of`."""
    command.params.extend(_COMMON)
    return command


def _endpoints(given: tuple[str, ...]) -> tuple[Endpoint, ...]:
    found = [_ADDRESS.fullmatch(text.strip()) for text in given]
    if not all(match is not None and 0 < int(match[3]) < 65536 for match in found):
        raise click.BadParameter("must be HOST:PORT, as in 10.0.0.5:9400", param_hint="'--metrics-target'")
    return tuple(Endpoint(match[1] or match[2], int(match[3])) for match in found if match)


def _with_targets(options: MonitorOptions, given: tuple[str, ...]) -> MonitorOptions:
    return replace(options, metrics_targets=(*options.metrics_targets, *_endpoints(given)))


def _headers(given: tuple[str, ...], option: str = "--header") -> tuple[tuple[str, str], ...]:
    """Split `NAME=VALUE`; what is wrong with one is said without its value, which may be a secret."""
    found = [_HEADER.fullmatch(text) for text in given]
    if not all(found):
        raise click.BadParameter("must be NAME=VALUE, as in X-Team=infra", param_hint=f"'{option}'")
    return tuple((match[1], match[2]) for match in found if match)


_FILE = click.Path(exists=True, dir_okay=False, path_type=Path)

# Made once for all commands: to make them anew for each takes as long as all else that the command line costs.
_COMMON = (
    click.Option(
        ["--config"],
        type=_FILE,
        metavar="FILE",
        expose_value=False,
        callback=name_file,
        help="Options that hold where the command line says nothing else, in place of those of the ordinary file.",
    ),
    click.Option(
        ["--refresh"],
        type=float,
        metavar="SECONDS",
        default=MonitorOptions.refresh_s,
        show_default=True,
        expose_value=False,
        callback=Keep(lambda options, value: replace(options, refresh_s=between(value, 0.5, 3600))),
        help="Ask this often; a slow head is asked less.",
    ),
    click.Option(
        ["--token-file"],
        type=_FILE,
        metavar="FILE",
        expose_value=False,
        callback=keep_connect(lambda connect, value: replace(connect, token_file=value)),
        help="Ray's token, if not in RAY_AUTH_TOKEN or ~/.ray/auth_token.",
    ),
    click.Option(
        ["--header"],
        multiple=True,
        metavar="NAME=VALUE",
        expose_value=False,
        callback=keep_connect(lambda connect, value: replace(connect, headers=connect.headers + _headers(value))),
        help="Send this header to the dashboard; may be repeated.",
    ),
    click.Option(
        ["--ca-cert"],
        type=_FILE,
        metavar="FILE",
        expose_value=False,
        callback=keep_connect(lambda connect, value: replace(connect, ca_cert=value)),
        help="Trust the authorities in this PEM file for https.",
    ),
    click.Option(
        ["--insecure"],
        is_flag=True,
        expose_value=False,
        callback=keep_connect(lambda connect, value: replace(connect, insecure=value)),
        help="Do not check the certificate of an https dashboard.",
    ),
    click.Option(
        ["--dashboard-port"],
        type=int,
        metavar="PORT",
        expose_value=False,
        callback=keep_connect(lambda connect, value: replace(connect, dashboard_port=between(value, 1, 65535))),
        help="The dashboard's port on the head node; without it 8265, or where the dashboard is found.",
    ),
    click.Option(
        ["--head-ip"],
        metavar="ADDRESS",
        expose_value=False,
        callback=keep_connect(lambda connect, value: replace(connect, head_ip=value)),
        help="The head of FILE.yaml is there, wherever its provider says it is.",
    ),
    click.Option(
        ["--ssh-user"],
        metavar="NAME",
        expose_value=False,
        callback=keep_connect(lambda connect, value: replace(connect, ssh_user=value)),
        help="Log in by this name, if not that of the target or of ~/.ssh/config.",
    ),
    click.Option(
        ["--ssh-key"],
        type=_FILE,
        metavar="FILE",
        expose_value=False,
        callback=keep_connect(lambda connect, value: replace(connect, ssh_key=value)),
        help="Log in with this private key first.",
    ),
    click.Option(
        ["--jump"],
        metavar="[USER@]HOST[:PORT]",
        expose_value=False,
        callback=keep_connect(lambda connect, value: replace(connect, jump=value)),
        help="Go through this host; several with commas between them, the nearest first.",
    ),
    click.Option(
        ["--accept-new-host-key"],
        is_flag=True,
        expose_value=False,
        callback=keep_connect(lambda connect, value: replace(connect, accept_new_host_key=value)),
        help="Trust an SSH server that is met for the first time; a changed key is refused all the same.",
    ),
    click.Option(
        ["-n", "--namespace"],
        metavar="NAME",
        expose_value=False,
        callback=keep_connect(lambda connect, value: replace(connect, namespace=value)),
        help="The namespace in Kubernetes, if not that of the context.",
    ),
    click.Option(
        ["-A", "--all-namespaces"],
        is_flag=True,
        expose_value=False,
        callback=keep_connect(lambda connect, value: replace(connect, all_namespaces=value)),
        help="Look in all namespaces of Kubernetes.",
    ),
    click.Option(
        ["--context", "kube_context"],
        metavar="NAME",
        expose_value=False,
        callback=keep_connect(lambda connect, value: replace(connect, context=value)),
        help="The context in kubeconfig, if not the current one.",
    ),
    click.Option(
        ["--kubeconfig"],
        type=_FILE,
        metavar="FILE",
        expose_value=False,
        callback=keep_connect(lambda connect, value: replace(connect, kubeconfig=value)),
        help="The kubeconfig, if not KUBECONFIG or ~/.kube/config.",
    ),
    click.Option(
        ["--name", "object_name"],
        metavar="KIND/NAME",
        expose_value=False,
        callback=keep_connect(lambda connect, value: replace(connect, object_name=value)),
        help="The object that is meant, where a manifest holds several: rayjob/train.",
    ),
    click.Option(
        ["--prometheus"],
        metavar="URL",
        expose_value=False,
        callback=keep_prometheus(lambda prometheus, value: prometheus._replace(url=value)),
        help="A Prometheus server, as seen from here or from the head; by default the one that the head knows.",
    ),
    click.Option(
        ["--prometheus-header"],
        multiple=True,
        metavar="NAME=VALUE",
        expose_value=False,
        callback=keep_prometheus(
            lambda prometheus, value: prometheus._replace(
                headers=prometheus.headers + _headers(value, "--prometheus-header")
            )
        ),
        help="Send this header to Prometheus; may be repeated.",
    ),
    click.Option(
        ["--many-nodes"],
        type=int,
        metavar="NUMBER",
        default=PrometheusOptions().many_nodes,
        show_default=True,
        expose_value=False,
        callback=keep_prometheus(
            lambda prometheus, value: prometheus._replace(many_nodes=between(value, 0, 1_000_000))
        ),
        help="With more nodes than this, Prometheus is asked for charts and counts in place of the nodes.",
    ),
    click.Option(
        ["--grafana"],
        metavar="URL",
        expose_value=False,
        callback=keep_grafana(lambda grafana, value: grafana._replace(url=value)),
        help="A Grafana, as seen from here or from the head; by default the one that the head knows.",
    ),
    click.Option(
        ["--grafana-token-file"],
        type=_FILE,
        metavar="FILE",
        expose_value=False,
        callback=keep_grafana(lambda grafana, value: grafana._replace(token_file=value)),
        help="The token of a service account of Grafana, whose own dashboards are listed then too.",
    ),
    click.Option(
        ["--metrics-target"],
        multiple=True,
        metavar="HOST:PORT",
        expose_value=False,
        callback=Keep(_with_targets),
        help="Scrape this too, as seen from the head; may be repeated.",
    ),
    click.Option(
        ["--read-only"],
        is_flag=True,
        expose_value=False,
        callback=Keep(lambda options, value: replace(options, read_only=value)),
        help="Offer nothing that changes the cluster.",
    ),
    click.Option(
        ["--theme"],
        type=click.Choice(THEMES),
        expose_value=False,
        callback=Keep(lambda options, value: replace(options, theme=f"raymon-{value}"), everywhere=True),
        help="For a dark terminal (by default), a light one, or in the terminal's own colours.",
    ),
    click.Option(
        ["--ascii"],
        is_flag=True,
        expose_value=False,
        callback=Keep(lambda options, value: replace(options, ascii_only=value), everywhere=True),
        help="Draw with ASCII alone.",
    ),
)
