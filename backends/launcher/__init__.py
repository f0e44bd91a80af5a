"""Clusters that Ray's cluster launcher keeps: what its file says, and where the head node is."""
