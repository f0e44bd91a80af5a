"""A Prometheus server, or whatever speaks its API: found, asked, and what it answers in words."""
