"""Requirement A's three dashboards as plain figures: the system, a student, a mentor."""
