"""Tests of how effects are measured, on schools in which the truth is known."""
