"""The conversation with Zulip."""
