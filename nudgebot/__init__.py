"""nudgebot: a Zulip bot for schools that nudges, alerts, answers and follows up."""

__version__ = "0.1.0"
