"""A head node behind SSH: one connection, through which everything else goes."""
