"""The desk: text in, answers out, each with the place where it may be said."""

from __future__ import annotations

import logging
import secrets
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from nudgebot.chat.access import Asker
from nudgebot.chat.answer import Answer, Reply, code
from nudgebot.chat.command import STUDENTS, Call, Found, Role
from nudgebot.chat.commands.helping import short
from nudgebot.chat.finder import UnclearError
from nudgebot.chat.freetext import is_urgent, take_answer, take_cry
from nudgebot.chat.incoming import Incoming, Me
from nudgebot.chat.office import Office
from nudgebot.chat.previews import SEND
from nudgebot.chat.speech import (
    behind_inner_mention,
    behind_mention,
    spoken,
    without_courtesy,
)
from nudgebot.errors import NudgebotError
from nudgebot.nudging.messages import Direct

log = logging.getLogger(__name__)

STRANGER = (
    "Hello! I work with the students and teachers of this school, and I do not know yet who you "
    "are there. An administrator of nudgebot can link you."
)
ELSEWHERE = "That is about students, so I have answered you in a direct message."
IN_PRIVATE = "I have answered you in a direct message."


@dataclass(frozen=True)
class Heard:
    """A message to the bot: who says it, what it says behind a mention, and the command in it."""

    asker: Asker
    text: str
    found: Found | None
    is_aside: bool = False  # the bot is only mentioned in passing


class Desk:
    """Answers messages; never raises for what people say, and sends no answer itself."""

    def __init__(self, office: Office, me: Me) -> None:
        self._office = office
        self._me = me

    def hear(self, incoming: Incoming, as_of: datetime) -> Heard | None:
        """What a message says to the bot; None where it is not for the bot.

        Elsewhere than in a one-to-one conversation the bot must be mentioned: at the start, or
        before a command.
        """
        said = spoken(incoming.content)
        behind = behind_mention(said, self._me)
        text = said if behind is None and incoming.is_private else behind
        asker = self._office.access.asker(incoming.sender_id, as_of)
        if text is not None:
            return Heard(asker, text, self._found(text, asker))
        inner = behind_inner_mention(said, self._me)
        if inner is None:
            return None
        found = self._found(inner, asker)
        if found is None and is_urgent(self._office, said):
            return Heard(asker, said, None)
        if found is None and not asker.roles:
            return None
        return Heard(asker, inner, found, is_aside=found is None)

    def _found(self, text: str, asker: Asker) -> Found | None:
        found = self._office.registry.find(text, asker.roles)
        if found is None and asker.roles != STUDENTS:
            return self._office.registry.find(without_courtesy(text), asker.roles)
        return found

    def reply(self, incoming: Incoming, heard: Heard, as_of: datetime) -> list[Reply]:
        """What is to be said to what was heard."""
        if heard.is_aside:
            return [Reply(Direct((incoming.sender_id,)), Answer(self._begin_with_me()))]
        answer = self._guarded(incoming, heard, as_of)
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
        if place != incoming.place:
            about_students = answer.students and heard.asker.is_staff
            replies.append(
                Reply(incoming.place, Answer(ELSEWHERE if about_students else IN_PRIVATE))
            )
        return replies

    def note(
        self, replies: Sequence[Reply], incoming: Incoming, heard: Heard, as_of: datetime
    ) -> None:
        """Write down whose data the asker sees; in the transaction that promises the replies."""
        for reply in replies:
            if reply.answer.students:
                self._office.audit.record(
                    reply.answer.students,
                    actor_user_id=incoming.sender_id,
                    action=heard.found.command.name if heard.found else "message",
                    place=reply.place,
                    as_of=as_of,
                )

    def _guarded(self, incoming: Incoming, heard: Heard, as_of: datetime) -> Answer:
        """The one boundary for surprises: the asker gets a number, the log gets the trace."""
        try:
            return self._answer(incoming, heard, as_of)
        except UnclearError as unclear:
            return unclear.answer
        except NudgebotError as error:
            return Answer(str(error))
        except Exception:
            ref = secrets.token_hex(3)
            name = heard.found.command.name if heard.found else "free text"
            log.exception("command failed ref=%s command=%s", ref, name)
            return Answer(f"Something broke on my side (ref {ref}). It is written down; try again.")

    def _answer(self, incoming: Incoming, heard: Heard, as_of: datetime) -> Answer:
        asker, found = heard.asker, heard.found
        if asker.roles and found is not None:
            call = Call(found.command, asker, incoming, found.text, as_of, self._office)
            return found.command.run(call)
        if is_urgent(self._office, heard.text):
            return self._answer_to_cry(incoming, heard, as_of)
        if not asker.roles:
            return Answer(STRANGER)
        if Role.STUDENT in asker.roles and not asker.is_staff:
            if incoming.is_private and incoming.content.strip():
                return take_answer(self._office, incoming, asker, heard.text, as_of)
            return replace(Answer(short(self._office.registry, asker.roles)), private=True)
        return self._not_understood(heard.text, asker, as_of)

    def _answer_to_cry(self, incoming: Incoming, heard: Heard, as_of: datetime) -> Answer:
        """Urgent words, by anybody: of staff nobody else is told, of everybody else somebody is."""
        if Role.STUDENT in heard.asker.roles:
            return take_answer(self._office, incoming, heard.asker, heard.text, as_of)
        if not heard.asker.roles:
            return take_cry(self._office, incoming, as_of)
        return Answer(self._office.settings["crisis_help"], private=True)

    def _not_understood(self, text: str, asker: Asker, as_of: datetime) -> Answer:
        registry = self._office.registry
        if not text:
            return Answer(short(registry, asker.roles))
        close = registry.close_to(text, asker.roles)
        preview = self._office.confirmations.newest(asker.user_id)
        lines = [f"I did not understand that. Did you mean {code(close)}?" if close else ""]
        if preview is not None and preview.kind == SEND and preview.waits(as_of):
            words = code(f"change {preview.token} <your words>")
            lines.append(f"Are these other words for your open preview? Then say {words}.")
        if not close:
            lines.append("I did not understand that. `help` shows what you can ask.")
        return Answer("\n".join(line for line in lines if line))
