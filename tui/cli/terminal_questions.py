"""Questions of a backend, put on the terminal before a command goes on."""

from __future__ import annotations

import sys

import click
from anyio import to_thread

from raymon_tui.backends.asking import Asking, HostKeyQuestion, NobodyToAsk, SecretQuestion
from raymon_tui.widgets.content import plain


class TerminalQuestions:
    """Asks on standard error, so that standard output stays what the command prints."""

    async def trusts(self, question: HostKeyQuestion) -> bool:
        """Ask whether a key is trusted."""
        click.echo(f"{plain(question.host)} is not known here. Its {question.key_type} key is", err=True)
        click.echo(f"  {question.fingerprint}", err=True)
        return await to_thread.run_sync(lambda: click.confirm("Is that the right one?", err=True))

    async def secret(self, question: SecretQuestion) -> str | None:
        """Ask for a secret, which is not echoed."""

        def ask() -> str:
            typed: str = click.prompt(
                plain(question.prompt, 300), hide_input=True, default="", show_default=False, err=True
            )
            return typed

        return await to_thread.run_sync(ask) or None


def somebody() -> Asking:
    """Return whom to ask: the user, where there is a terminal to ask on."""
    return TerminalQuestions() if sys.stdin.isatty() and sys.stderr.isatty() else NobodyToAsk()
