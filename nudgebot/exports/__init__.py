"""LMS exports to school: a reader per format, one importer, the guards, the inbox."""
