"""Who may see what, and what is noted about it."""
