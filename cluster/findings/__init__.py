"""What needs attention: one small rule a file, each a pure function of what is known of the cluster."""
