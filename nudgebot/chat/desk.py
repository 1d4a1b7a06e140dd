"""The desk: text in, answers out, each with the place where it may be said."""

from __future__ import annotations

import logging
import secrets
from dataclasses import dataclass, replace
from datetime import datetime

from nudgebot.chat.access import Asker
from nudgebot.chat.acts import ACTS
from nudgebot.chat.answer import Answer, Reply, code
from nudgebot.chat.command import STUDENTS, Call, Found, Role
from nudgebot.chat.commands.helping import short
from nudgebot.chat.confirmations import Confirmation
from nudgebot.chat.finder import UnclearError
from nudgebot.chat.freetext import is_overheard, is_urgent, take_answer, take_cry
from nudgebot.chat.incoming import Incoming, Me
from nudgebot.chat.noting import WORDS_ON_PREVIEWS
from nudgebot.chat.office import Office
from nudgebot.chat.other_words import Meaning, corrected, has_free_words, is_well_formed, said_of
from nudgebot.chat.preview_names import question_of
from nudgebot.chat.short_answers import meant_for_tutoring
from nudgebot.chat.speech import (
    behind_inner_mention,
    behind_mention,
    spoken,
    without_courtesy,
)
from nudgebot.errors import NudgebotError
from nudgebot.interventions.letters import GROUP
from nudgebot.nudging.messages import Button, Direct
from nudgebot.store import is_of_the_file

log = logging.getLogger(__name__)

STRANGER = (
    "Hello! I work with the students and teachers of this school, and I do not know yet who you "
    "are there. An administrator of nudgebot can link you."
)
FEWEST_WORDS = 3
ELSEWHERE = "That is about students, so I have answered you in a direct message."
IN_PRIVATE = "I have answered you in a direct message."
READ_BY_ALL = "Everybody here can read what you wrote: delete it there if it is private."


@dataclass(frozen=True)
class Heard:
    """A message to the bot: who says it, what it says behind a mention, and the command in it."""

    asker: Asker
    text: str
    found: Found | None
    is_aside: bool = False  # the bot is only mentioned in passing
    is_overheard: bool = False  # a student's words to her teacher, with the bot in the conversation


class Desk:
    """Answers messages; never raises for what people say, and sends no answer itself."""

    def __init__(self, office: Office, me: Me) -> None:
        self._office = office
        self._me = me
        # The preview that the last answer to somebody asked about. Not kept for longer than the
        # process lives: without it a bare yes is only asked about.
        self._asked: dict[int, str] = {}

    def hear(self, incoming: Incoming, as_of: datetime) -> Heard | None:
        """What a message says to the bot; None where it is not for the bot.

        Elsewhere than in a one-to-one conversation the bot must be mentioned: at the start, or
        before a command. What a student writes in a conversation with her teacher and the bot is
        heard all the same, as her answer. Of what another bot writes only urgent words are heard,
        which may be a person's: two bots that answer each other never end.
        """
        said = spoken(incoming.content)
        if self._is_of_bot(incoming) and not is_urgent(self._office, said):
            return None
        behind = behind_mention(said, self._me)
        text = said if behind is None and incoming.is_private else behind
        asker = self._office.access.asker(incoming.sender_id, as_of)
        if text is not None:
            return Heard(asker, text, self._found(text, asker))
        inner = behind_inner_mention(said, self._me)
        if inner is None:
            overheard = is_overheard(self._office, incoming, asker, said)
            return Heard(asker, said, None, is_overheard=True) if overheard else None
        found = self._found(inner, asker)
        if found is None and is_urgent(self._office, said):
            return Heard(asker, said, None)
        if found is None and not asker.roles:
            return None
        return Heard(asker, inner, found, is_aside=found is None)

    def _is_of_bot(self, incoming: Incoming) -> bool:
        sender = self._office.links.user(incoming.sender_id)
        return sender is not None and sender.is_bot

    def _found(self, text: str, asker: Asker) -> Found | None:
        found = self._office.registry.find(text, asker.roles)
        if found is None and asker.roles != STUDENTS:
            return self._office.registry.find(without_courtesy(text), asker.roles)
        if found is None and asker.student_id is not None:
            said = meant_for_tutoring(self._office, asker.student_id, text)
            return self._office.registry.find(said, asker.roles) if said else None
        return found

    def reply(self, incoming: Incoming, heard: Heard, as_of: datetime) -> list[Reply]:
        """What is to be said to what was heard."""
        if heard.is_aside:
            return [Reply(Direct((incoming.sender_id,)), Answer(self._begin_with_me()))]
        answer = self._guarded(incoming, heard, as_of)
        if self._is_of_bot(incoming):
            return []
        if heard.is_overheard:  # the two talk to each other; only what is urgent is answered
            return [Reply(Direct((incoming.sender_id,)), answer)] if answer.content else []
        return self.placed(answer, incoming, heard, as_of)

    def _begin_with_me(self) -> str:
        return (
            "You mentioned me inside of a message. Begin your message with "
            f"{code(f'@{self._me.full_name}')} when you want something of me: "
            f"{code(f'@{self._me.full_name} help')} shows what you can ask."
        )

    def placed(
        self, answer: Answer, incoming: Incoming, heard: Heard, as_of: datetime
    ) -> list[Reply]:
        """The answer where all who read it may see it."""
        own = Direct((incoming.sender_id,))
        place = (
            own
            if answer.private
            else self._office.access.place_for(answer.students, heard.asker, incoming.place, as_of)
        )
        replies = [Reply(place, answer)]
        if place == own:
            self._asked[incoming.sender_id] = answer.token or _asked_in(answer)
        if place != incoming.place:
            told = ELSEWHERE if answer.students and heard.asker.is_staff else IN_PRIVATE
            if heard.found is not None and has_free_words(heard.found):
                told = f"{told} {READ_BY_ALL}"
            replies.append(Reply(incoming.place, Answer(told)))
        return replies

    def _guarded(self, incoming: Incoming, heard: Heard, as_of: datetime) -> Answer:
        """The one boundary for surprises: the asker gets a number, the log gets the trace."""
        try:
            return self._answer(incoming, heard, as_of)
        except UnclearError as unclear:
            return unclear.answer
        except NudgebotError as error:
            return Answer("\n".join([str(error), *self._meant_as_words(incoming, heard, as_of)]))
        except Exception as error:
            if is_of_the_file(error):
                raise  # whoever listens tries again; nothing that was said is lost
            ref = secrets.token_hex(3)
            name = heard.found.command.name if heard.found else "free text"
            log.exception("command failed ref=%s command=%s", ref, name)
            return Answer(f"Something broke on my side (ref {ref}). It is written down; try again.")

    def _meant_as_words(self, incoming: Incoming, heard: Heard, as_of: datetime) -> list[str]:
        """A hint where a sentence for the open preview only began like a command: `Meet me …`."""
        if heard.found is None or heard.found.command.name in WORDS_ON_PREVIEWS:
            return []
        if is_well_formed(heard.found):
            return []
        preview = self._office.confirmations.newest(heard.asker.user_id)
        if preview is None or not preview.waits(as_of) or preview.place != incoming.place:
            return []
        return _change_hint(preview) if len(heard.text.split()) >= FEWEST_WORDS else []

    def _answer(self, incoming: Incoming, heard: Heard, as_of: datetime) -> Answer:
        asker, found = heard.asker, heard.found
        if asker.roles == STUDENTS and is_urgent(self._office, heard.text):
            found = None  # no command stands between a cry for help and those who must hear it
        if asker.roles and found is not None:
            call = Call(found.command, asker, incoming, found.text, as_of, self._office)
            return found.command.run(call)
        if heard.is_overheard or is_urgent(self._office, heard.text):
            return self._answer_to_cry(incoming, heard, as_of)
        if not asker.roles:
            return Answer(STRANGER)
        if Role.STUDENT in asker.roles and not asker.is_staff:
            if incoming.is_private and incoming.content.strip():
                return take_answer(self._office, incoming, asker, heard.text, as_of)
            return replace(Answer(short(self._office.registry, asker.roles)), private=True)
        return self._not_understood(incoming, heard, as_of)

    def _answer_to_cry(self, incoming: Incoming, heard: Heard, as_of: datetime) -> Answer:
        """Urgent words, by anybody: of staff nobody else is told, of everybody else somebody is.

        And what was overheard: only a student's words are.
        """
        if Role.STUDENT in heard.asker.roles:
            kind = GROUP if heard.is_overheard else ""
            return take_answer(self._office, incoming, heard.asker, heard.text, as_of, kind=kind)
        if not heard.asker.roles:
            return take_cry(self._office, incoming, as_of)
        return Answer(self._office.settings["crisis_help"], private=True)

    def _not_understood(self, incoming: Incoming, heard: Heard, as_of: datetime) -> Answer:
        """No command: for the asker's open preview in this conversation, a word or other words."""
        registry, asker, text = self._office.registry, heard.asker, heard.text
        if not text:
            return Answer(short(registry, asker.roles))
        close = registry.close_to(text, asker.roles)
        preview = self._office.confirmations.newest(asker.user_id, source=incoming.source)
        again = preview is not None and preview.settled_by == incoming.source
        if preview is None or not (again or preview.waits(as_of)):
            return Answer(_did_you_mean(close))
        if incoming.is_private and preview.place == incoming.place:
            return self._on_preview(preview, incoming, heard, as_of)
        return Answer("\n".join([_did_you_mean(close), *_change_hint(preview)]))

    def _on_preview(
        self, preview: Confirmation, incoming: Incoming, heard: Heard, as_of: datetime
    ) -> Answer:
        """A word on the open preview, or other words for it; what is doubtful is asked about."""
        asker, text = heard.asker, heard.text
        close = self._office.registry.close_to(text, asker.roles)
        meaning = said_of(preview, text)
        again = preview.settled_by == incoming.source
        if meaning in _WORDS and (again or self._asked.get(asker.user_id) == preview.token):
            return self._run(_WORDS[meaning], preview.token, incoming, asker, as_of)
        is_slip = close in _WORDS.values()
        if close and meaning not in _WORDS and not is_slip:
            return _correction(preview, text, close)
        if is_slip or meaning is not Meaning.WORDS:
            lines = [_did_you_mean(close) if is_slip else NOT_SURE]
            lines += _change_hint(preview) if meaning not in _WORDS else []
            question = question_of(self._office, preview)
            return Answer("\n".join(lines), heading=question, buttons=_words_on(preview))
        return self._run("change", f"{preview.token} {text}", incoming, asker, as_of)

    def _run(
        self, name: str, text: str, incoming: Incoming, asker: Asker, as_of: datetime
    ) -> Answer:
        """Run a command that was meant without being named."""
        command = next(c for c in self._office.registry.allowed(asker.roles) if c.name == name)
        return command.run(Call(command, asker, incoming, text, as_of, self._office))


_WORDS = {Meaning.YES: "confirm", Meaning.NO: "cancel"}
NOT_SURE = "Your preview still waits. I am not sure what you want done with it."


def _did_you_mean(close: str | None) -> str:
    if close:
        return f"I did not understand that. Did you mean {code(close)}?"
    return "I did not understand that. `help` shows what you can ask."


def _change_hint(preview: Confirmation) -> list[str]:
    """How to give a preview other words, where it takes any."""
    act = ACTS.get(preview.kind)
    if act is None or act.change is None:
        return []
    words = code(f"change {preview.token} <your words>")
    return [f"Are these other words for your open preview? Then say {words}."]


def _correction(preview: Confirmation, text: str, close: str) -> Answer:
    """A command that may have been meant, or other words for the preview; a yes is neither."""
    right = corrected(text, close)
    if close in WORDS_ON_PREVIEWS:
        right = right.replace(close, f"{close} {preview.token}", 1)
    buttons = [Button(right, "I meant this", right)] if "\n" not in text else []
    hint: list[str] = []
    if len(text.split()) > 1:
        hint = _change_hint(preview)
        if hint and "\n" not in text:
            change = f"change {preview.token} {text}"
            buttons.append(Button("Other words", "They are words for the preview", change))
    return Answer(
        "\n".join([_did_you_mean(close), *hint]),
        heading="What did you mean?",
        buttons=tuple(buttons),
    )


def _asked_in(answer: Answer) -> str:
    """The token of the preview that an answer asks about; empty where it asks about none."""
    found = (button.reply.partition("confirm ") for button in answer.buttons)
    return next((token for before, name, token in found if name and not before), "")


def _words_on(preview: Confirmation) -> tuple[Button, ...]:
    return (
        Button("Do it", "Do what the preview shows", f"confirm {preview.token}"),
        Button("Cancel", "Do nothing", f"cancel {preview.token}"),
    )
