"""The panes as they are on a cluster that Kubernetes runs."""
