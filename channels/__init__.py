"""The doors: how a message comes in and goes out."""
