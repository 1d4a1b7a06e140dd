"""Figures to nudges: rules, judge, sieve, timing, queue, compose, outbox, delivery."""
