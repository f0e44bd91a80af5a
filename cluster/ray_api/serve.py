"""Ray Serve, as its controller describes it."""

from __future__ import annotations

from msgspec import structs

from raymon_tui.backends.errors import BadAnswerError, RouteMissingError
from raymon_tui.cluster.model.serve import ServeApplication, ServeDeployment, ServeInstance
from raymon_tui.cluster.ray_api.asking import LIST_TIMEOUT_S, Get
from raymon_tui.cluster.ray_api.lenient import decode
from raymon_tui.cluster.ray_api.words import without_escapes

_PATH = "/api/serve/applications/"  # Without the slash at its end it is another route, a 404.
_NOT_INSTALLED = "HTTP 501"


async def ask_serve(get: Get) -> ServeInstance:
    """Return applications, deployments and proxies, their messages without terminal escapes.

    The first answer takes more than a second. Raises `RouteMissingError` where Serve is not installed.
    """
    try:
        found = decode(await get(_PATH, timeout_s=LIST_TIMEOUT_S), ServeInstance, asked=_PATH)
    except BadAnswerError as error:
        if error.said.startswith(_NOT_INSTALLED):
            said = "Ray Serve is not installed on the head node"
            raise RouteMissingError(error.tried, said, 'pip install "ray[serve]" there brings it.') from None
        raise
    return structs.replace(found, applications={name: _tidied(one) for name, one in found.applications.items()})


def _tidied(application: ServeApplication) -> ServeApplication:
    deployments = {name: _of_deployment(one) for name, one in application.deployments.items()}
    return structs.replace(application, message=without_escapes(application.message), deployments=deployments)


def _of_deployment(deployment: ServeDeployment) -> ServeDeployment:
    return structs.replace(deployment, message=without_escapes(deployment.message))
