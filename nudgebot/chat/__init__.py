"""Zulip: gateway, listener, commands, access, buttons, escaping."""
