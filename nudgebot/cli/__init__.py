"""The command line: `nudgebot ingest`, `evaluate`, `rules check`, `run`, `demo` and the rest."""

from __future__ import annotations

from nudgebot.cli.app import main

__all__ = ["main"]
