"""What people take away: chat messages, charts, PDF and CSV made from insight's reports."""
