"""Clusters that KubeRay runs, reached through the API server of Kubernetes."""
