"""What each report holds, section by section, for paper and spreadsheets alike."""
