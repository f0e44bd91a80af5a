"""Feeds: one question to the cluster each, asked again and again while somebody wants the answer."""
