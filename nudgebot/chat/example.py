"""The text of zuliprc.example: the bot's account, and every setting with its default."""

from __future__ import annotations

import textwrap
from collections.abc import Iterator

from nudgebot.settings import PREFIX, SECTION, SETTINGS, Setting

_HEAD = f"""\
# Copy this file to `zuliprc` and fill in [api] with what Zulip gives you for the bot:
# Personal settings, Bots, Add a new bot, type "Generic bot"; then download its zuliprc.
# Keep the file to yourself: whoever has the key is the bot.

[api]
email=nudgebot-bot@zulip.example.com
key=0123456789abcdefghijklmnopqrstuv
site=https://zulip.example.com

# Every setting below has its default. To change one, take the `#` away. An environment variable
# goes before the file: {PREFIX}STAFF_STREAM=staff. Relative paths count from the working
# directory.

[{SECTION}]
"""


def example_text() -> str:
    """The whole file, made from the table of settings."""
    return _HEAD + "".join(_block(setting) for setting in SETTINGS if not setting.secret)


def _block(setting: Setting) -> str:
    return "\n".join(["", *_help(setting), f"#{setting.name} = {setting.default}".rstrip(), ""])


def _help(setting: Setting) -> Iterator[str]:
    text = f"{setting.help} ({setting.kind.wanted})"
    if setting.aliases:
        text += f" Also called {', '.join(setting.aliases)}."
    for line in textwrap.wrap(text, 96):
        yield f"# {line}"
