"""Mail: reading it, judging it, writing it, sending it."""
