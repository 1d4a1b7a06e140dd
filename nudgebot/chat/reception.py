"""Between listener and desk: each message has its effects once, and its answers go out once."""

from __future__ import annotations

import logging
from collections import Counter
from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from functools import partial

from nudgebot.chat.acting import finish
from nudgebot.chat.answer import Answer, Errand, Reply
from nudgebot.chat.belated import tell_fates
from nudgebot.chat.command import STUDENTS
from nudgebot.chat.confirmations import Confirmation
from nudgebot.chat.cursor import Memory
from nudgebot.chat.desk import Desk, Heard
from nudgebot.chat.errands import TRIES
from nudgebot.chat.freetext import is_urgent, look_back
from nudgebot.chat.incoming import Incoming, Me, Reacted
from nudgebot.chat.noting import note, note_outcome
from nudgebot.chat.office import Office
from nudgebot.chat.pending import Line
from nudgebot.chat.responding import note_reaction
from nudgebot.chat.skipped import Skipped
from nudgebot.chat.speaker import Board, Speaker, lines_of
from nudgebot.errors import DeliveryError, NudgebotError
from nudgebot.nudging.messages import Direct
from nudgebot.store import is_of_the_file

log = logging.getLogger(__name__)

WAITING = frozenset({"open", "replaced"})  # who reacts to what gave way is told that it did
STALE_AFTER = timedelta(minutes=10)
BROKEN_OFF = (
    "I could not finish that: something went wrong inside. What is done is done once, and the rest "
    "of what you confirmed is taken up when I am started again. Please tell an admin."
)
# Emoji codes of ✅ ✔ 👍 and of ❌ ✖ 👎, as Zulip's `check`, `check_mark`, `+1` and so on.
WORDS = {
    "2705": "confirm",
    "2714": "confirm",
    "1f44d": "confirm",
    "274c": "cancel",
    "2716": "cancel",
    "1f44e": "cancel",
}


class Reception:
    """Is told what the listener hears.

    Whatever a message changes can be changed twice to the same end, and its replies are claimed in
    one transaction with the note that it was handled; so a crash anywhere doubles nothing.
    `background` does longer work; a test hands in one that does it at once.
    """

    def __init__(
        self,
        office: Office,
        board: Board,
        me: Me,
        *,
        clock: Callable[[], datetime],
        background: Callable[[Callable[[], None]], None],
    ) -> None:
        self._office = office
        self._board = board
        self._me = me
        self._clock = clock
        self._background = background
        self._desk = Desk(office, me)
        self._memory = Memory(office.store)
        self._skipped = Skipped(office.store)
        self._speaker = Speaker(office.store, office.outbox, office.confirmations, board)
        self._failures: Counter[str] = Counter()

    def resume(self) -> None:
        """Carry to its end what a crash cut short; once, before anything is heard."""
        for confirmed in self._office.confirmations.unfinished():
            self._background(partial(self._finish, confirmed))

    def catch_up(self, as_of: datetime) -> int:
        """Do what had to wait until the fate of earlier messages is known; every few seconds."""
        self._speaker.catch_up(as_of)
        look_back(self._office, as_of)
        return tell_fates(self._office, as_of)

    def message(self, incoming: Incoming) -> None:
        """Somebody wrote where the bot can read it."""
        if self._memory.is_handled(incoming.source):
            return
        as_of = self._clock()
        heard = self._desk.hear(incoming, as_of)
        if heard is None:
            self._memory.handle(incoming.source, as_of)
        elif as_of - incoming.sent_at > STALE_AFTER and self._may_be_skipped(heard):
            self._skip(incoming, heard, as_of)
        else:
            self._say(incoming, heard, self._desk.reply(incoming, heard, as_of), as_of)

    def _may_be_skipped(self, heard: Heard) -> bool:
        """What students say always counts, however late; so do an opt-out and a cry for help."""
        if heard.found is not None and heard.found.command.roles == STUDENTS:
            return False
        if heard.found is None and is_urgent(self._office, heard.text):
            return False
        return heard.asker.is_staff or not heard.asker.roles

    def reaction(self, reacted: Reacted) -> None:
        """Somebody added an emoji: on a preview, by its asker, a word; on a nudge, an answer."""
        if self._memory.is_handled(reacted.source):
            return
        word = WORDS.get(reacted.emoji_code)
        waiting = self._office.confirmations.on_message(reacted.message_id)
        if waiting is None:
            self._on_nudge(reacted)
            return
        if word is None or waiting.asker_id != reacted.user_id or waiting.state not in WAITING:
            return
        self.message(
            Incoming(
                message_id=reacted.message_id,
                sender_id=reacted.user_id,
                sender_name="",
                content=f"@**|{self._me.user_id}** {word} {waiting.token}",
                sent_at=self._clock(),
                place=waiting.place,
                origin=reacted.source,
            )
        )

    def _on_nudge(self, reacted: Reacted) -> None:
        as_of = self._clock()
        word = note_reaction(self._office, reacted, as_of)
        if word == "":
            self._memory.handle(reacted.source, as_of)
        elif word is not None:
            place = Direct((reacted.user_id,))
            said = Incoming(
                reacted.message_id, reacted.user_id, "", word, as_of, place, reacted.source
            )
            self.message(said)

    def settled(self, *, after_gap: bool) -> None:
        """All that is known of has been told: say what was skipped, look for missed reactions."""
        as_of = self._clock()
        for notice in self._skipped.notices():
            with self._office.store.transaction():
                lines = lines_of([notice.reply], notice.source)
                lines = self._speaker.claim(lines, as_of, asker_id=notice.asker_id)
                self._skipped.forget(notice.message_ids)
            self._speaker.push(lines, as_of, asker_id=notice.asker_id)
        if after_gap:
            for waiting in self._office.confirmations.waiting(as_of):
                self._look_at(waiting)

    def _skip(self, incoming: Incoming, heard: Heard, as_of: datetime) -> None:
        with self._office.store.transaction():
            if heard.found is not None and heard.asker.roles:
                self._skipped.keep(incoming, heard.text)
            self._memory.handle(incoming.source, as_of)

    def _say(
        self, incoming: Incoming, heard: Heard, replies: Sequence[Reply], as_of: datetime
    ) -> None:
        """Say the words at once; what goes with them follows, and only then is it handled."""
        lines, source = lines_of(replies, incoming.source), incoming.source
        asker_id = incoming.sender_id
        encloses = any(reply.answer.attachments for reply in replies)
        with self._office.store.transaction():
            note(self._office, replies, incoming, heard, as_of)
            words = [each for each in lines if not (encloses and each.message.buttons)]
            claimed = self._speaker.claim(words, as_of, asker_id=asker_id)
            if not encloses:
                self._memory.handle(source, as_of)
        self._speaker.push(claimed, as_of, asker_id=asker_id)
        if encloses:
            rest = self._speaker.enclose(replies, source)
            rest += [each for each in lines if each.message.buttons]
            with self._office.store.transaction():
                claimed = self._speaker.claim(rest, as_of, asker_id=asker_id)
                self._memory.handle(source, as_of)
            self._speaker.push(claimed, as_of, asker_id=asker_id)
        for reply in replies:
            if reply.answer.errand is not None:
                self._background(partial(self._run, reply.answer.errand, incoming, heard))
            for work in reply.answer.ahead:
                self._background(partial(_ahead, work))

    def _run(self, errand: Errand, incoming: Incoming, heard: Heard) -> None:
        answer = self._outcome(errand, incoming.source)
        as_of = self._clock()
        replies = self._desk.placed(answer, incoming, heard, as_of)[:1]
        with self._office.store.transaction():
            note_outcome(self._office, replies, incoming, heard, as_of)
            lines = self._claimed(replies, f"errand:{incoming.source}", as_of, incoming.sender_id)
        self._speaker.push(lines, as_of, asker_id=incoming.sender_id)

    def _finish(self, confirmed: Confirmation) -> None:
        answer = self._outcome(partial(finish, self._office, confirmed), confirmed.identity)
        replies = [Reply(Direct((confirmed.asker_id,)), answer)]
        source, as_of, asker_id = f"errand:{confirmed.identity}", self._clock(), confirmed.asker_id
        with self._office.store.transaction():
            self._office.audit.record(
                answer.students,
                actor_user_id=asker_id,
                action="confirm",
                place=replies[0].place,
                as_of=as_of,
                detail=confirmed.kind,
            )
            lines = self._claimed(replies, source, as_of, asker_id)
        self._speaker.push(lines, as_of, asker_id=asker_id)

    def _outcome(self, errand: Errand, source: str) -> Answer:
        try:
            return errand(self._clock)
        except NudgebotError as error:
            return Answer(str(error))
        except Exception as error:
            self._failures[source] += 1
            if is_of_the_file(error) and self._failures[source] < TRIES:
                raise  # it is done again, and nothing of it happens twice
            log.exception("an errand failed")
            return Answer(BROKEN_OFF)

    def _claimed(
        self, replies: Sequence[Reply], source: str, as_of: datetime, asker_id: int
    ) -> list[Line]:
        return self._speaker.claim(lines_of(replies, source), as_of, asker_id=asker_id)

    def _look_at(self, waiting: Confirmation) -> None:
        """Reactions in a gap are told nowhere; they are on the message, though."""
        if waiting.message_id is None:
            return
        try:
            found = self._board.message(waiting.message_id)
        except DeliveryError as error:
            log.info("a preview's reactions could not be read: %s", error.code)
            return
        for each in (found or {}).get("reactions", []):
            user_id = each.get("user_id") or each.get("user", {}).get("id")
            if user_id == waiting.asker_id:
                self.reaction(Reacted(waiting.message_id, int(user_id), str(each["emoji_code"])))


def _ahead(work: Callable[[], object]) -> None:
    try:
        work()
    except NudgebotError as error:
        log.info("nothing to work out ahead: %s", error)
    except Exception:
        log.exception("working ahead failed; it is done when it is asked for")
