"""The long-running process: a thread that listens to Zulip, and one that does what is due."""

from __future__ import annotations

from nudgebot.service.loop import Clock, Job, Service

__all__ = ["Clock", "Job", "Service"]
