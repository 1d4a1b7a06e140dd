"""What the long-running process endures: being killed, lost answers, bad input."""
