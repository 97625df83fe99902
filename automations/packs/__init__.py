"""Starter packs: what a trade begins with, one file a pack."""
