"""One small file a resource: its columns, how its row looks, what its detail says."""
