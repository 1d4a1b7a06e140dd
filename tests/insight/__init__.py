"""Figures, risk, events: proved on schools small enough to work out by hand."""
