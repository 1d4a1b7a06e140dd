"""The program with every logger at DEBUG, and with errors that carry a student's words.

python loud.py <the word> <the JSON log> run <words of the command line …>
python loud.py <the word> <the JSON log> bot <words of zulip-run-bot …>
"""

from __future__ import annotations

import logging
import sys
import threading
import warnings
from collections.abc import Callable, Iterable
from dataclasses import replace
from pathlib import Path
from typing import Any, NoReturn

from nudgebot import wiring
from nudgebot.chat.commands import adoption, fairness
from nudgebot.chat.gateway import Gateway
from nudgebot.chat.reception import Reception
from nudgebot.cli import main
from nudgebot.errors import CommandError
from nudgebot.exports.importer import Importer
from nudgebot.nudging.envelopes import Envelopes
from nudgebot.service import logs, ticks
from nudgebot.service.ticks import Ticks

FOREIGN = ("zulip", "schedule", "requests", "jinja2", "aiosmtpd", "mail.log", "asyncio", "openai")
# What is wrapped, its name, and at which calls it raises.
TRAPS: tuple[tuple[type, str, frozenset[int]], ...] = (
    (Gateway, "send", frozenset({3})),
    (Gateway, "upload", frozenset({1})),
    (Gateway, "read_receipts", frozenset({1})),
    (Envelopes, "of", frozenset({1})),
    (Ticks, "interventions", frozenset({1})),
    (Importer, "ingest", frozenset({2})),
    (Reception, "message", frozenset({4})),
)


def make_loud(json_log: Path) -> None:
    """However the program sets its log up, nothing is held back, and it is told as JSON too."""
    start = logs.start

    def loud(*arguments: Any) -> None:
        start(*arguments)
        handler = logging.FileHandler(json_log, encoding="utf-8")
        handler.setFormatter(logs.SafeFormatter(as_json=True))
        root = logging.getLogger()
        root.addHandler(handler)
        for logger in (root, *_loggers()):
            logger.setLevel(logging.DEBUG)
            logger.disabled = False

    _set(logs, "start", loud)


def _set(owner: object, name: str, value: object) -> None:
    setattr(owner, name, value)


def _loggers() -> Iterable[logging.Logger]:
    names = {*logging.root.manager.loggerDict, *FOREIGN}
    return [logging.getLogger(name) for name in names]


def set_traps(word: str) -> None:
    """Each raises an error with the word in it; the program has to go on."""
    for owner, name, times in TRAPS:
        _trap(owner, name, times, word)

    def own_error(*_: Any) -> NoReturn:
        raise CommandError(f"There is no {word}.") from ValueError(word)

    def surprise(*_: Any) -> NoReturn:
        raise LookupError(word) from ValueError(word)

    _set(Ticks, "summary", own_error)
    for module, error in ((fairness, own_error), (adoption, surprise)):
        _set(module, "COMMANDS", tuple(replace(each, run=error) for each in module.COMMANDS))


def _trap(owner: type, name: str, times: frozenset[int], word: str) -> None:
    real: Callable[..., Any] = getattr(owner, name)
    seen = 0

    def trapped(self: Any, *arguments: Any, **options: Any) -> Any:
        nonlocal seen
        seen += 1
        if seen in times:
            raise RuntimeError(f"{word} in {arguments!r}")
        return real(self, *arguments, **options)

    setattr(owner, name, trapped)


class Unshown:
    """A value that raises when it is shown."""

    def __init__(self, word: str) -> None:
        self._word = word

    def __str__(self) -> str:
        raise LookupError(self._word)

    def __repr__(self) -> str:
        return self._word


def speak_up(word: str) -> None:
    """Libraries, a warning and a thread that say the word."""
    begun = wiring._begun

    def begin(*arguments: Any) -> None:
        begun(*arguments)
        for name in FOREIGN:
            logging.getLogger(name).debug("%s does %s", name, word)
        logging.getLogger("nudgebot.loud").info("a value that cannot be shown: %s", Unshown(word))
        warnings.warn(word, stacklevel=1)

        def die() -> NoReturn:
            raise OSError(2, word, word)

        thread = threading.Thread(target=die)
        thread.start()
        thread.join()

    _set(wiring, "_begun", begin)


if __name__ == "__main__":
    WORD, JSON_LOG, WHAT, *REST = sys.argv[1:]
    ticks.DELIVER_SECONDS = ticks.RULES_SECONDS = ticks.INTERVENTIONS_SECONDS = 1
    wiring.CATCH_UP_SECONDS = 1
    make_loud(Path(JSON_LOG))
    set_traps(WORD)
    if WHAT == "bot":
        from zulip_bots.run import main as run_bot

        sys.argv = ["zulip-run-bot", *REST]
        run_bot()
    else:
        speak_up(WORD)
        try:
            main(REST)
        except SystemExit:
            raise RuntimeError(WORD) from KeyError(WORD)  # what nobody catches
