"""How the end of what was written looks below a detail."""

from __future__ import annotations

from raymon_tui.cluster.feeds.output import Output
from raymon_tui.cluster.ray_api.words import without_escapes
from raymon_tui.tui.screens.document import Section


def written(output: Output | None) -> list[Section]:
    """Return the end of what was written, each stream on its own; why there is none where there is none."""
    if output is None:
        return []
    if not output.whose:
        return [Section("Log", text="none yet: no worker has begun it.", role="dim")]
    found = []
    for stream, text in (("stdout", output.stdout), ("stderr", output.stderr)):
        title = stream if output.whose in ("task", "actor") else f"{stream} of its {output.whose}"
        if text is None:
            found.append(Section(title, text="the file is gone, or its node is", role="dim"))
        elif text.strip():
            found.append(Section(f"{title}, the last lines", text=without_escapes(text)))
        else:
            found.append(Section(title, text="nothing was written", role="dim"))
    return found
