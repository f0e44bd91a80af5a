"""What the tests deploy: one application that serves, and one whose constructor fails; they end with standard input."""

from __future__ import annotations

import os
import sys
from typing import Any

import ray
from ray import serve


@serve.deployment(num_replicas=2, ray_actor_options={"num_cpus": 0.01})
class Greets:
    async def __call__(self, _request: Any) -> str:
        return "hello"


@serve.deployment(ray_actor_options={"num_cpus": 0.01}, autoscaling_config={"min_replicas": 1, "max_replicas": 3})
class Front:
    def __init__(self, greets: Any) -> None:
        self._greets = greets

    async def __call__(self, request: Any) -> str:
        return str(await self._greets.remote(request))


@serve.deployment(ray_actor_options={"num_cpus": 0.01})
class CannotStart:
    def __init__(self) -> None:
        raise RuntimeError("there is no model")


def main() -> None:
    ray.init(address=os.environ["RAY_ADDRESS"], namespace="serve", log_to_driver=False)
    serve.start(http_options={"host": "127.0.0.1", "port": int(sys.argv[1])})
    serve.run_many(
        [
            serve.RunTarget(Front.bind(Greets.bind()), name="greeting", route_prefix="/greet"),
            serve.RunTarget(CannotStart.bind(), name="broken", route_prefix="/broken"),
        ],
        wait_for_ingress_deployment_creation=False,
        wait_for_applications_running=False,
    )
    sys.stdin.read()
    serve.shutdown()


if __name__ == "__main__":
    main()
