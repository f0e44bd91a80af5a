"""What an installation brings, and that it brings nothing else."""

from __future__ import annotations

import shutil
import subprocess
import sys
import venv
from pathlib import Path

import pytest

pytestmark = pytest.mark.slow

ROOT = Path(__file__).parents[2]
ROOMS = {"backends", "cluster", "tui", "widgets"}
NOT_SOURCE = shutil.ignore_patterns(".*", "build", "dist", "*.egg-info", "__pycache__")


@pytest.fixture(scope="module")
def environment(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An environment that holds the built wheel and nothing else."""
    # A copy, since setuptools puts into a wheel whatever an earlier build left beside the source.
    source = shutil.copytree(ROOT, tmp_path_factory.mktemp("source") / "raymon-tui", ignore=NOT_SOURCE)
    built = tmp_path_factory.mktemp("built")
    run(sys.executable, "-m", "build", "--wheel", "--no-isolation", "--outdir", str(built), str(source))
    empty = tmp_path_factory.mktemp("environment")
    venv.create(empty, with_pip=False)
    python = str(empty / "bin" / "python")
    run(
        sys.executable,
        "-m",
        "pip",
        "--python",
        python,
        "install",
        "--no-deps",
        "--no-index",
        *map(str, built.iterdir()),
    )
    return empty


@pytest.fixture(scope="module")
def site_packages(environment: Path) -> Path:
    (found,) = environment.glob("lib/python*/site-packages")
    return found


def run(*command: str) -> None:
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr


def sources_below(folder: Path) -> set[str]:
    return {str(path.relative_to(folder)) for path in folder.rglob("*") if path.suffix in {".py", ".tcss"}}


def test_the_wheel_brings_one_namespace_of_four_rooms(site_packages: Path) -> None:
    brought = {path.name for path in site_packages.iterdir()}
    assert {name for name in brought if not name.endswith(".dist-info")} == {"raymon_tui"}
    assert {path.name for path in (site_packages / "raymon_tui").iterdir()} == ROOMS


def test_the_wheel_brings_one_command(environment: Path, site_packages: Path) -> None:
    (entry_points,) = site_packages.glob("raymon_tui-*.dist-info/entry_points.txt")
    assert entry_points.read_text().split() == ["[console_scripts]", "raymon-tui", "=", "raymon_tui.tui.cli.main:main"]
    assert (environment / "bin" / "raymon-tui").exists()


@pytest.mark.parametrize("room", sorted(ROOMS))
def test_every_file_of_a_room_is_installed(site_packages: Path, room: str) -> None:
    """A package that pyproject.toml does not list works in an editable install, and is missing in every other."""
    assert sources_below(site_packages / "raymon_tui" / room) == sources_below(ROOT / room)


@pytest.mark.parametrize("room", sorted(ROOMS))
def test_every_room_tells_type_checkers_that_it_is_typed(site_packages: Path, room: str) -> None:
    assert (site_packages / "raymon_tui" / room / "py.typed").exists()


def test_the_licence_comes_with_it(site_packages: Path) -> None:
    (licence,) = site_packages.glob("raymon_tui-*.dist-info/licenses/LICENSE")
    assert "Apache License" in licence.read_text()
