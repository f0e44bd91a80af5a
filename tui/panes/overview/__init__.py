"""The overview: is it fine, and if not, why; one small file a panel."""
