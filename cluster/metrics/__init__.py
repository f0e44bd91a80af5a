"""What the cluster's own exporters tell: found, scraped, decoded, kept, asked."""
