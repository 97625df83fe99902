"""Webhooks out: who outside is told of events, signed, again and again for a day, and never twice at the same time."""
