"""The configuration file: options of the command line that hold until it says otherwise, for all targets or for one."""

from __future__ import annotations

import os
import stat
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple, NoReturn

import click

from raymon_tui.backends.errors import UsageError

if TYPE_CHECKING:
    from raymon_tui.tui.cli.given import Setting

VARIABLE = "RAYMON_TUI_CONFIG"
TARGETS = "targets"
LARGEST = 1 << 20
_NAMED, _READ = "raymon_tui.config", "raymon_tui.config.read"
_SECRET = frozenset({"header", "prometheus-header"})

Table = Mapping[str, object]


class Config(NamedTuple):
    """What a file says, by long option names: for all targets, and for some, by how they are written."""

    everywhere: Mapping[str, Setting]
    targets: Mapping[str, Mapping[str, Setting]]


def name_file(ctx: click.Context, _param: click.Parameter, value: Path | None) -> None:
    """Take note of the file that `--config` names."""
    if value is not None:
        ctx.find_root().meta[_NAMED] = value


def settings_for(ctx: click.Context, target: str | None) -> Sequence[Setting]:
    """Return what the file says for a target as it is written; raises `UsageError` where it says what means nothing."""
    meta = ctx.find_root().meta
    if _READ not in meta:
        path = meta.get(_NAMED) or _from_environment() or _at_ordinary_place()
        meta[_READ] = Config({}, {}) if path is None else _Reader(ctx, path).read()
    config: Config = meta[_READ]
    return tuple({**config.everywhere, **config.targets.get(target or "", {})}.values())


def keys(ctx: click.Context) -> dict[str, click.Option]:
    """Return the options that a file may hold, by their long names."""
    from raymon_tui.tui.cli.given import Keep

    found = {}
    for param in ctx.find_root().command.params:
        if isinstance(param, click.Option) and isinstance(param.callback, Keep):
            found[max(param.opts, key=len).removeprefix("--")] = param
    return found


def ordinary_place() -> Path:
    """Return where the file is looked for."""
    if sys.platform in ("darwin", "win32"):
        import platformdirs

        folder = platformdirs.user_config_path()
    else:
        # As platformdirs has it too, whose import takes more time than all that is done here.
        folder = Path(os.environ.get("XDG_CONFIG_HOME", "").strip() or Path.home() / ".config")
    return folder / "raymon-tui" / "config.toml"


def _from_environment() -> Path | None:
    named = os.environ.get(VARIABLE)
    return Path(named).expanduser() if named else None


def _at_ordinary_place() -> Path | None:
    path = ordinary_place()
    return path if path.is_file() else None


class _Reader:
    """Reads one file; every failure names it, and the key."""

    def __init__(self, ctx: click.Context, path: Path) -> None:
        self._ctx = ctx
        self._path = path
        self._keys = keys(ctx)

    def read(self) -> Config:
        """Return what the file says; warn where others may read the secrets in it."""
        document = dict(self._document())
        targets = document.pop(TARGETS, {})
        if not isinstance(targets, dict) or not all(isinstance(table, dict) for table in targets.values()):
            self._refuse(TARGETS, "it must hold a table for each target", '[targets."prod.yaml"]')
        if any(_SECRET & table.keys() for table in (document, *targets.values())):
            self._warn_of_readers()
        return Config(
            self._settings(document, ""),
            {text: self._settings(table, f'[{TARGETS}."{text}"] ') for text, table in targets.items()},
        )

    def _document(self) -> Table:
        if sys.version_info >= (3, 11):
            import tomllib
        else:
            import tomli as tomllib
        tried = f"read the configuration {self._path}"
        try:
            with self._path.open("rb") as file:
                return tomllib.loads(file.read(LARGEST).decode())
        except OSError as error:
            raise UsageError(tried, error.strerror or str(error), f"name another with --config or {VARIABLE}") from None
        except UnicodeDecodeError:
            raise UsageError(tried, "it is no text in UTF-8", "write it as UTF-8") from None
        except (tomllib.TOMLDecodeError, RecursionError) as error:
            raise UsageError(tried, f"it is no TOML: {error}", "correct that line") from None

    def _settings(self, table: Table, where: str) -> dict[str, Setting]:
        return {key: self._setting(key, value, where) for key, value in table.items()}

    def _setting(self, key: str, value: object, where: str) -> Setting:
        from raymon_tui.tui.cli.given import Keep, Setting
        from raymon_tui.tui.options import MonitorOptions

        option = self._keys.get(key)
        if option is None or not isinstance(option.callback, Keep):
            self._refuse(f"{where}{key}", "there is no such key", f"the keys are {', '.join(sorted(self._keys))}")
        if where and option.callback.everywhere:
            self._refuse(f"{where}{key}", "it is the same for all targets", "write it before the first table")
        wanted = _wanted(option)
        if not wanted.fits(value):
            self._refuse(f"{where}{key}", f"it must be {wanted.words}", f"as in {key} = {wanted.example}")
        if isinstance(option.type, click.Path):
            value = self._path.parent / Path(str(value)).expanduser()
        try:
            setting = Setting(option.callback.change, option.type_cast_value(self._ctx, value))
            setting(MonitorOptions())
        except click.BadParameter as error:
            self._refuse(f"{where}{key}", error.message, option.help or "")
        return setting

    def _refuse(self, where: str, said: str, advice: str) -> NoReturn:
        raise UsageError(f"read the configuration {self._path}", f"{where}: {said}", advice)

    def _warn_of_readers(self) -> None:
        mode = self._path.stat().st_mode
        if stat.S_ISREG(mode) and mode & (stat.S_IRGRP | stat.S_IROTH):
            click.echo(f"raymon-tui: {self._path} holds headers, and others may read it: chmod 600 it", err=True)


class _Wanted(NamedTuple):
    words: str
    example: str
    types: tuple[type, ...]

    def fits(self, value: object) -> bool:
        """Whether a value is of that kind; to Python true and false are numbers."""
        if self.types == (list,):
            return isinstance(value, list) and all(isinstance(one, str) for one in value)
        return isinstance(value, self.types) and (bool in self.types or not isinstance(value, bool))


def _wanted(option: click.Option) -> _Wanted:
    """Return what TOML has for an option's values."""
    if option.multiple:
        return _Wanted("a list of strings", f'["{option.metavar or "…"}"]', (list,))
    if option.is_flag:
        return _Wanted("true or false", "true", (bool,))
    if isinstance(option.type, click.types.FloatParamType):
        return _Wanted("a number", "2.5", (int, float))
    if isinstance(option.type, click.types.IntParamType):
        return _Wanted("a whole number", "64", (int,))
    return _Wanted("a string", f'"{option.metavar or "…"}"', (str,))
