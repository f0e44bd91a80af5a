"""Grafana's dashboards: read from where Ray writes them or from Grafana, and asked of Prometheus."""
