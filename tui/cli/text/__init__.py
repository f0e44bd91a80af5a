"""The text form of `raymon-tui status`: one small module a section, each from a snapshot to lines."""
