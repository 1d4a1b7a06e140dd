"""What a teacher reads in chat: a summary line, a small table, the rest under spoilers."""
