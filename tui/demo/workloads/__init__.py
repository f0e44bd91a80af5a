"""What a demo cluster can be busy with: scripts that Ray's own Python runs."""
