"""Adaptation: what is learned, what is chosen, and what is never done whatever was learned."""
