"""Interventions: what a teacher does about it, from the alert to what came of it."""
