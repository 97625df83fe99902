"""Pages of the standing orders: one resource a file."""
