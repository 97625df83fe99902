"""The verbs: one use case, one transaction each. Only this package writes to the database."""
