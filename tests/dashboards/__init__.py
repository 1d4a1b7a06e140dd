"""Tests of the dashboards: what was sent, what came back, what it brought about."""
