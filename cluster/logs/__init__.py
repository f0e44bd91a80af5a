"""Log files of nodes: which there are, and windows into them, never a whole file."""
