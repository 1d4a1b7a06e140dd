"""The way from candidate to message."""
