"""Scenarios over the wire: the same against the sandbox and against a real server."""
