"""Grafana's dashboards in the terminal: which there are, how their panels are drawn, and when they are asked."""
