"""A thin frame with a title in it."""

from __future__ import annotations

from textual.containers import Vertical


class Panel(Vertical):
    """A container with a thin round border; `tinted` colours the border while it holds something that needs you."""

    DEFAULT_CSS = """
    Panel {
        border: round $role-track;
        border-title-color: $role-dim;
        border-subtitle-color: $role-faint;
        padding: 0 1;
        background: $background;
    }
    Panel.tinted {
        border: round $role-bad 40%;
        border-title-color: $role-bad;
    }
    """

    def __init__(self, title: str, *, id: str | None = None) -> None:  # noqa: A002 - Textual's own name
        super().__init__(id=id)
        self._titles = ("", "")
        self.entitle(title)

    def entitle(self, title: str, subtitle: str = "") -> None:
        """Write these into the frame, which is drawn again only where they are others than before."""
        if (title, subtitle) != self._titles:
            self._titles = (title, subtitle)
            self.border_title, self.border_subtitle = title, subtitle
