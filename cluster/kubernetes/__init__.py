"""What Kubernetes knows of a cluster that KubeRay runs: its objects, pods and events."""
