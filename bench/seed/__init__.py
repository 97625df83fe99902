"""A desk of any size, written straight into the tables: the same rows on both databases, the same every time."""
