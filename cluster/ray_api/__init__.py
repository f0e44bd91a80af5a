"""The client of the dashboard's HTTP API: one small module a question."""
