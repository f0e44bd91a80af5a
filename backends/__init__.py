"""How to reach a cluster: each module here is one way, behind the `Backend` protocol of `base`."""
