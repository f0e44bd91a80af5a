"""Makes the pictures of docs/kubernetes.md, from the answers of a real Kubernetes that the tests keep.

python screenshots/kubernetes.py [--into DIRECTORY]
"""

from __future__ import annotations

import argparse
import asyncio
import sys
from pathlib import Path
from typing import Any

TESTS = Path(__file__).parent.parent / "tests"
SIZE = (120, 34)


async def take(into: Path) -> None:
    """Take the list of all clusters, and the nodes of one with broken pods."""
    from list_app import ListApp, comes_in_time
    from still_kubernetes import still
    from test_kubernetes_list import objects

    await _save(ListApp(objects()), comes_in_time, "● demo", into / "kubernetes-list.svg")
    await _save(await still("nodes"), comes_in_time, "pods are no nodes", into / "kubernetes-nodes.svg")


async def _save(app: Any, comes: Any, words: str, path: Path) -> None:
    async with app.run_test(size=SIZE) as pilot:
        await comes(pilot, words)
        _write(path, app.export_screenshot())


def _write(path: Path, picture: str) -> None:
    path.write_text(picture, encoding="utf-8")
    print(path)


def main() -> None:
    """Take the pictures."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--into", type=Path, default=Path(__file__).parent)
    sys.path[:0] = [str(TESTS), str(TESTS / "kuberay")]
    asyncio.run(take(parser.parse_args().into))


if __name__ == "__main__":
    main()
