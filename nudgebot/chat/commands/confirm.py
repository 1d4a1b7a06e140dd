"""`confirm`, `cancel`, `change` and `add`: a word on a preview."""

from __future__ import annotations

import re

from nudgebot.chat.acting import carry_out
from nudgebot.chat.acts import ACTS
from nudgebot.chat.answer import Answer, code
from nudgebot.chat.command import STAFF, Call, Command, Scope
from nudgebot.chat.confirmations import EXPIRED, USED, Confirmation
from nudgebot.chat.preview_names import title_of
from nudgebot.chat.previews import LONGEST_TEXT, SEND, ask_twice, letters_in
from nudgebot.errors import CommandError
from nudgebot.markup import esc

MOST_OLDER = 5
NOTHING_OPEN = "There is no preview of yours that waits for a word. Ask for it again."
SETTLED = "Your newest preview is settled already, so nothing more was done."
NO_OTHER_WORDS = "That preview takes no other words; it still waits."
NO_WORD = (
    "A preview's word has four characters, such as `confirm 4f9a`; `confirm` alone means your "
    "newest preview. Nothing was done."
)
_FILLERS = frozenset({"please", "it", "this", "that", "now", "the", "preview"})
_WORD = re.compile(r"[0-9a-f]{4}")
_WORD_AND_TEXT = re.compile(
    r"`?(?P<word>[0-9a-f]{4})`?(?![\w-])[:,]?\s*(?P<text>.*)", re.DOTALL | re.IGNORECASE
)


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
        return ask_twice(call, letters_in(settled.payload), about=settled.about)
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
    with call.office.store.transaction():  # the old preview goes only when there is a new one
        settled = call.office.confirmations.settle(
            token,
            _give_way,
            asker_id=call.asker.user_id,
            source=call.source,
            as_of=call.as_of,
        )
        change = ACTS[settled.kind].change
        if change is None:
            raise CommandError(NO_OTHER_WORDS)
        return change(call, settled, text, adding)


def _give_way(found: Confirmation) -> str:
    if found.kind not in ACTS or ACTS[found.kind].change is None:
        raise CommandError(NO_OTHER_WORDS)
    return "replaced"


def _token(call: Call) -> str:
    """The token that is named; else that of the asker's newest preview."""
    words = [word for word in call.words if word.lower().strip(",.") not in _FILLERS]
    if not words:
        return _newest(call)
    word = words[0].strip("`").lower()
    if len(words) > 1 or not _WORD.fullmatch(word):
        raise CommandError(NO_WORD.replace("confirm", call.command.name))
    return word


def _newest(call: Call) -> str:
    """The token of the asker's newest preview, which is the one that a bare word is about.

    Never that of an older one, however open: it may be long forgotten.
    """
    kept = call.office.confirmations
    newest = kept.newest(call.asker.user_id, source=call.source)
    if newest is None:
        raise CommandError(NOTHING_OPEN)
    if newest.waits(call.as_of) or newest.settled_by == call.source:
        return newest.token
    why = EXPIRED if newest.state == "open" else SETTLED
    older = kept.waiting(call.as_of, asker_id=call.asker.user_id)
    if not older:
        raise CommandError(why)
    lines = [_waiting(call, each) for each in older[:MOST_OLDER]]
    if len(older) > MOST_OLDER:
        lines.append(f"- and {len(older) - MOST_OLDER} older")
    raise CommandError("\n".join([f"{why} An older one still waits:", *lines]))


def _waiting(call: Call, preview: Confirmation) -> str:
    """An older preview's word; what it is about only where nobody else reads it."""
    word = code(f"{call.command.name} {preview.token}")
    about = f": {esc(title_of(call.office, preview))}" if call.incoming.is_private else ""
    return f"- {word}{about}"


def _token_and_text(call: Call) -> tuple[str, str]:
    """The token, where the first word is one, and the teacher's words."""
    found = _WORD_AND_TEXT.match(call.text)
    if found is not None and not found["word"].isalpha() and not found["word"].isdecimal():
        return found["word"].lower(), found["text"].strip()
    return _newest(call), call.text.strip()


COMMANDS = (
    Command(
        name="confirm",
        usage="confirm [<word>]",
        summary="Do what a preview shows; ✅ on the preview says the same.",
        help="Alone it is about your newest preview; with its word about an older one.",
        examples=("confirm", "confirm 4f9a"),
        roles=STAFF,
        scope=Scope.NOBODY,
        run=confirm,
    ),
    Command(
        name="cancel",
        usage="cancel [<word>]",
        summary="Do nothing of what a preview shows; ❌ on the preview says the same.",
        help="Alone it is about your newest preview; with its word about an older one.",
        examples=("cancel", "cancel 4f9a"),
        roles=STAFF,
        scope=Scope.NOBODY,
        run=cancel,
    ),
    Command(
        name="change",
        usage="change [<word>] <text>",
        summary="Other words for the message of a preview.",
        help="You see it again before it is sent. `{first_name}` becomes each student's own.",
        examples=(
            "change Hi {first_name}, shall we meet on Monday?",
            "change 4f9a Well done!",
        ),
        roles=STAFF,
        scope=Scope.STUDENTS,
        run=change,
    ),
    Command(
        name="add",
        usage="add [<word>] <text>",
        summary="More words behind the message of a preview.",
        help="You see it again before it is sent.",
        examples=("add We are working on fractions this week!", "add 4f9a See you tomorrow."),
        roles=STAFF,
        scope=Scope.STUDENTS,
        run=add,
    ),
)
