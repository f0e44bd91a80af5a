"""How what Kubernetes knows looks in lists and in full."""
