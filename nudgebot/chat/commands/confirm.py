"""`confirm`, `cancel`, `change` and `add`: a word on a preview."""

from __future__ import annotations

import re
from dataclasses import replace

from nudgebot.chat.acting import carry_out
from nudgebot.chat.answer import Answer
from nudgebot.chat.command import STAFF, Call, Command, Scope
from nudgebot.chat.confirmations import UNKNOWN, USED, Confirmation
from nudgebot.chat.figures_text import count
from nudgebot.chat.previews import LONGEST_TEXT, SEND, ask_twice, preview
from nudgebot.chat.sending import letters_in
from nudgebot.errors import CommandError

NOTHING_OPEN = "There is no preview of yours that waits for a word. Ask for it again."


def confirm(call: Call) -> Answer:
    """Answer `confirm <token>`: do what was previewed, once; about a large group, ask twice."""
    limit = call.office.settings["bulk_limit"]
    settled = call.office.confirmations.settle(
        _token(call),
        lambda found: "asked again" if _is_large(found, limit) else "confirmed",
        asker_id=call.asker.user_id,
        source=call.source,
        as_of=call.as_of,
    )
    if settled.state == "asked again":
        return ask_twice(call, letters_in(settled.payload))
    if settled.state != "confirmed":
        raise CommandError(USED)
    return carry_out(call.office, settled, call.as_of)


def _is_large(found: Confirmation, limit: int) -> bool:
    told = found.payload.get("told", False)
    return found.kind == SEND and not told and len(letters_in(found.payload)) > limit


def cancel(call: Call) -> Answer:
    """Answer `cancel <token>`."""
    call.office.confirmations.settle(
        _token(call),
        lambda _: "cancelled",
        asker_id=call.asker.user_id,
        source=call.source,
        as_of=call.as_of,
    )
    return Answer("Cancelled. Nothing was done.")


def change(call: Call) -> Answer:
    """Answer `change [<token>] <text>`: other words instead."""
    return _reworded(call, adding=False)


def add(call: Call) -> Answer:
    """Answer `add [<token>] <text>`: more words behind."""
    return _reworded(call, adding=True)


def _reworded(call: Call, *, adding: bool) -> Answer:
    token, text = _token_and_text(call)
    if not text:
        raise CommandError(f"Write the words behind it: `{call.command.usage}`.")
    if len(text) > LONGEST_TEXT:
        raise CommandError(f"A message has at most {LONGEST_TEXT} characters.")
    settled = call.office.confirmations.settle(
        token,
        lambda found: "cancelled" if found.kind == SEND else "open",
        asker_id=call.asker.user_id,
        source=call.source,
        as_of=call.as_of,
    )
    if settled.kind != SEND:
        raise CommandError("Only the words of a message can be changed.")
    letters = [
        replace(each, text=f"{each.text}\n\n{text}" if adding else text)
        for each in letters_in(settled.payload)
    ]
    return preview(
        call,
        letters=letters,
        intro=f"In your words, to {count(len(letters), 'student')}. This is what arrives:",
        sample=letters[0].text,
    )


def _token(call: Call) -> str:
    """The token that is named; else that of the newest preview that waits."""
    words = call.words
    if words:
        return words[0].strip("`")
    newest = call.office.confirmations.newest_open(call.asker.user_id, call.as_of)
    if newest is None:
        raise CommandError(NOTHING_OPEN)
    return newest


def _token_and_text(call: Call) -> tuple[str, str]:
    found = re.match(
        r"`?([0-9a-f]{4})`?(?![\w-])[:,]?\s*(.*)", call.text, re.DOTALL | re.IGNORECASE
    )
    if found:
        return found.group(1).lower(), found.group(2).strip()
    newest = call.office.confirmations.newest_open(call.asker.user_id, call.as_of)
    if newest is None:
        raise CommandError(UNKNOWN)
    return newest, call.text.strip()


COMMANDS = (
    Command(
        name="confirm",
        usage="confirm [<word>]",
        summary="Do what a preview shows; ✅ on the preview says the same.",
        arguments=r"`?[0-9a-f]{0,8}`?",
        roles=STAFF,
        scope=Scope.NOBODY,
        changes_world=True,
        run=confirm,
    ),
    Command(
        name="cancel",
        usage="cancel [<word>]",
        summary="Do nothing of what a preview shows; ❌ on the preview says the same.",
        arguments=r"`?[0-9a-f]{0,8}`?",
        roles=STAFF,
        scope=Scope.NOBODY,
        run=cancel,
    ),
    Command(
        name="change",
        usage="change [<word>] <text>",
        summary="Other words for the message of a preview.",
        roles=STAFF,
        scope=Scope.STUDENTS,
        run=change,
    ),
    Command(
        name="add",
        usage="add [<word>] <text>",
        summary="More words behind the message of a preview.",
        roles=STAFF,
        scope=Scope.STUDENTS,
        run=add,
    ),
)
