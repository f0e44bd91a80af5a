"""A real small Ray cluster on this machine, busy enough to look at, ended with whoever started it."""
