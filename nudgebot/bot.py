"""The bot for `zulip-run-bot -r nudgebot -c zuliprc -b zuliprc`: it answers commands.

zulip_bots' own runner hears no reactions, loses messages when its queue expires, and exits above
20 sends in 5 seconds; so this answers over a paced gateway of its own, and nothing more. Nudging
needs `nudgebot run`, which answers commands as well: run one of the two, not both.
"""

from __future__ import annotations

import logging
from contextlib import ExitStack
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path
from typing import Any

from nudgebot import __version__
from nudgebot.chat.commands import registry
from nudgebot.chat.connection import connect
from nudgebot.chat.cursor import Memory
from nudgebot.chat.errands import Errands
from nudgebot.chat.gateway import Gateway
from nudgebot.chat.incoming import read_message
from nudgebot.chat.reception import Reception
from nudgebot.errors import NudgebotError
from nudgebot.service import logs
from nudgebot.settings import Settings, read_settings
from nudgebot.store.lock import alone
from nudgebot.wiring import House, build, open_store

__all__ = ["NudgebotHandler", "__version__", "handler_class"]

log = logging.getLogger(__name__)

PEOPLE_EVERY = timedelta(minutes=15)
UNCONFIGURED = (
    "I have no settings. Start me with `zulip-run-bot -r nudgebot -c zuliprc -b zuliprc`, or "
    "better with `nudgebot run`."
)


class NudgebotHandler:
    """What zulip_bots runs; the reception behind it is the one of `nudgebot run`."""

    META = {  # noqa: RUF012  # zulip_bots reads a plain dict
        "name": "nudgebot",
        "description": "Nudges students, helps teachers, and follows what comes of it.",
    }

    def __init__(self) -> None:
        self._closing = ExitStack()
        self._house: House | None = None
        self._reception: Reception | None = None
        self._people_read_at: datetime | None = None

    def usage(self) -> str:
        """What the bot can be asked, from the table of commands."""
        lines = [f"    {command.usage}: {command.summary}" for command in registry().commands]
        return "\n".join(["nudgebot answers teachers, students and admins of a school:", *lines])

    def initialize(self, bot_handler: Any) -> None:
        """Open the database and the gateway that `-b` names; without it nothing can be answered."""
        config = getattr(bot_handler, "bot_config_file", None)
        if config is None:
            return
        try:
            self._open(Path(config))
        except NudgebotError as error:
            self.close()
            bot_handler.quit(f"nudgebot: {error}")

    def _open(self, zuliprc: Path) -> None:
        settings = read_settings(zuliprc)
        _log_safely(settings)
        self._closing.enter_context(alone(settings["database"]))
        store = open_store(settings, held=True)
        self._closing.callback(store.close)
        gateway = Gateway(
            partial(connect, zuliprc),
            sends_per_minute=settings["sends_per_minute"],
            echo=Memory(store).echo,
            is_anothers=Memory(store).is_anothers,
        )
        self._closing.callback(gateway.close)
        house = build(store, settings, gateway, clock=_now)
        errands = Errands()
        self._closing.callback(errands.close)
        self._reception = Reception(
            house.office, gateway, gateway.me, clock=_now, background=errands
        )
        self._house = house
        self._look_after(house)
        self._reception.resume()

    def handle_message(self, message: dict[str, Any], bot_handler: Any) -> None:
        """Answer one message; whatever goes wrong with it, the bot goes on."""
        if self._reception is None or self._house is None:
            bot_handler.send_reply(message, UNCONFIGURED)
            return
        try:
            # zulip_bots strips the mention greedily, arguments and all: read what was written.
            whole = message | {"content": message.get("full_content", message["content"])}
            incoming = read_message(whole, self._house.gateway.me)
            if incoming is not None:
                self._look_after(self._house)
                self._reception.message(incoming)
                self._reception.settled(after_gap=False)
        except Exception:
            log.exception("a message could not be handled")

    def _look_after(self, house: House) -> None:
        """What the ticks of `nudgebot run` do beside nudging, as far as answers need it."""
        as_of = _now()
        try:
            house.book.reload_if_changed(as_of)
            house.outbox.run(as_of)
            if self._reception is not None:
                self._reception.catch_up(as_of)
            if self._people_read_at is None or as_of - self._people_read_at > PEOPLE_EVERY:
                house.office.links.keep_users(house.gateway.users(), as_of)
                self._people_read_at = as_of
        except NudgebotError as error:
            log.warning("%s", error)

    def close(self) -> None:
        """Close what `initialize` opened."""
        self._reception = self._house = None
        self._closing.close()


def _log_safely(settings: Settings) -> None:
    """The runner's own log shows errors with all that they quote; with `-q` it has none."""
    level = settings["log_level"] if logging.getLogger().handlers else "warning"
    logs.start(level, settings["log_format"])


def _now() -> datetime:
    return datetime.now(UTC)


handler_class = NudgebotHandler
