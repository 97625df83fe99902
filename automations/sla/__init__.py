"""Promises: business hours, due times, and what happens when they come near."""
