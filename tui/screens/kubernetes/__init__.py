"""Screens that only a cluster in Kubernetes has."""
