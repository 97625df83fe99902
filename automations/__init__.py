"""The standing orders: what the house does unasked."""
