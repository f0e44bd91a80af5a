"""Asking the head about the process that its dashboard is, by a shell script: no Python need be there."""

from __future__ import annotations


def at_dashboard(port: int, then: str) -> str:
    """Return a script that does `then` with `$p`, the directory in /proc of the dashboard on `port`.

    A dashboard whose port was taken has another than its command line says: if only one runs, it is that one. Nothing
    is done where there is none, or no /proc.
    """
    return (
        # The brackets keep the script from finding itself.
        "n=0; p=; for c in $(grep -ls 'ray/dashboard/[d]ashboard[.]py' /proc/[0-9]*/cmdline); do "
        "n=$((n + 1)); p=${c%/cmdline}; "
        f"if tr '\\0' '\\n' <\"$c\" | grep -qxe '--port={port}'; then n=1; break; fi; done; "
        f'if [ "$n" = 1 ]; then {then}; fi'
    )
