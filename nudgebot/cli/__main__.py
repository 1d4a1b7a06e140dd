"""`python -m nudgebot.cli` does what `nudgebot` does."""

from nudgebot.cli import main

main(prog_name="nudgebot")
