"""What Ray is: the typed model, the client of its API, feeds, history, findings. No screen, no transport."""
