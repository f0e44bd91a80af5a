"""`python -m raymon_tui.tui` is the console script `raymon-tui`."""

from __future__ import annotations

from raymon_tui.tui.cli.main import main

if __name__ == "__main__":
    main()
