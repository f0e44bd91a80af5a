"""A server that speaks the dashboard's API for a cluster of any size: `python bench/simulator.py --nodes 1000`.

Prints its address on one line once it answers, and runs until it is ended.
"""

from __future__ import annotations

import argparse
import asyncio
import gc
import signal

from aiohttp import web
from simulated.cluster import SimulatedCluster
from simulated.routes import application


async def serve(cluster: SimulatedCluster, host: str, port: int, *, still: bool, at_once: bool) -> None:
    """Answer until SIGINT or SIGTERM; a second of the cluster passes each second, unless it is to stand still."""
    runner = web.AppRunner(application(cluster, at_once=at_once), access_log=None)
    await runner.setup()
    site = web.TCPSite(runner, host, port)
    await site.start()
    bound = runner.addresses[0]
    print(f"http://{bound[0]}:{bound[1]}", flush=True)
    ended = asyncio.Event()
    for name in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(name, ended.set)
    ticking = None if still else asyncio.create_task(_tick(cluster))
    await ended.wait()
    if ticking is not None:
        ticking.cancel()
    await runner.cleanup()


async def _tick(cluster: SimulatedCluster) -> None:
    while True:
        await asyncio.sleep(1)
        cluster.step()


def main() -> None:
    """Read the sizes from the command line and serve."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--nodes", type=int, default=1000)
    parser.add_argument("--actors", type=int, default=10_000)
    parser.add_argument("--tasks", type=int, default=10_000)
    parser.add_argument("--host", default="127.0.0.1")
    parser.add_argument("--port", type=int, default=0, help="0: any that is free")
    parser.add_argument("--still", action="store_true", help="let no time pass")
    parser.add_argument("--at-once", action="store_true", help="answer sooner than a real head of this size would")
    given = parser.parse_args()
    cluster = SimulatedCluster(given.nodes, given.actors, given.tasks)
    # Some 100,000 objects that live until the end: the collector need not walk through them again and again.
    gc.freeze()
    asyncio.run(serve(cluster, given.host, given.port, still=given.still, at_once=given.at_once))


if __name__ == "__main__":
    main()
