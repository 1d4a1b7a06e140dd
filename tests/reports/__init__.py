"""Reports: charts, messages, PDF and CSV."""
