"""A local stand-in for a Zulip server with a small chat page: the demo's server, and the tests'."""
