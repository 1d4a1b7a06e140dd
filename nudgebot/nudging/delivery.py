"""Delivery: what is due passes the door, is joined by recipient, worded, and posted."""

from __future__ import annotations

import logging
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from nudgebot.nudging.alert_actions import actions, pairs_of
from nudgebot.nudging.candidate import Channel
from nudgebot.nudging.consent import Consents
from nudgebot.nudging.door import Door, Passage, Verdict, Waiting
from nudgebot.nudging.envelopes import (
    PURPOSE,
    Envelope,
    Envelopes,
    GroupKey,
    Unfit,
    group_of,
    tomorrow,
)
from nudgebot.nudging.evaluation import OFF
from nudgebot.nudging.messages import Direct, Outgoing
from nudgebot.nudging.nudges import Nudge, Nudges, Part
from nudgebot.nudging.outbox import Outbox, Posted, seems_away
from nudgebot.nudging.ports import DIGEST, Grounds
from nudgebot.nudging.rounds import WAITS, make_round
from nudgebot.nudging.summary import summary_key
from nudgebot.nudging.switches import Switches
from nudgebot.nudging.timing import Hours
from nudgebot.nudging.wording import Composing

log = logging.getLogger(__name__)

AWAY = "Zulip takes no messages at the moment; what is due waits."
FIRST_WAIT_SECONDS = 60
LONGEST_WAIT_SECONDS = 600


@dataclass
class Delivered:
    """One run: how many messages were tried, where parts ended up, how many recipients are left.

    `states` counts parts by what they became: sent, withdrawn, expired, refused, waiting
    (postponed, or to be tried again), posted (nobody can tell yet), unclear (nor ever will).
    """

    as_of: datetime
    messages: int = 0
    states: Counter[str] = field(default_factory=Counter)
    left: int = 0
    note: str = ""


class Deliverer:
    """Delivers what is due; each run takes a bounded number of recipients, most urgent first."""

    def __init__(self, grounds: Grounds, *, composer: Composing, outbox: Outbox) -> None:
        self._grounds = grounds
        self._store = grounds.store
        self._policy = grounds.policy
        self._composer = composer
        self._outbox = outbox
        self._nudges = Nudges(grounds.store)
        self._door = Door(grounds)

    def deliver(self, as_of: datetime, *, most_recipients: int = 60) -> Delivered:
        """Send what is due to at most so many recipients; call again while any are `left`.

        `as_of` is the moment of the call: the bound keeps a run shorter than the outbox's grace,
        and stops it from running on into quiet hours.
        """
        done = Delivered(as_of)
        # Teachers' messages, answers and replies go this way too, whether nudging is on or not.
        self._outbox.run(as_of)
        self._settle(self._nudges.posted(), done)
        if not self._policy.enabled:
            done.note = OFF
            return done
        groups: dict[GroupKey, list[tuple[Nudge, Part]]] = {}
        for nudge, part in self._due(as_of):
            groups.setdefault(group_of(nudge, part), []).append((nudge, part))
        chosen = list(groups.values())[:most_recipients]
        done.left = len(groups) - len(chosen)
        if chosen:
            rules = Switches(self._store).on(self._grounds.rules().rules)
            passage = self._door.check([pair for group in chosen for pair in group], rules, as_of)
            for verdict in passage.stopped:
                self._stop(verdict, done)
            self._nudges.count_for(_moved(passage))
            self._send_all(passage, done)
        return done

    def _due(self, as_of: datetime) -> Sequence[tuple[Nudge, Part]]:
        """What goes now; what is for a teacher goes in rounds."""
        hours = Hours(self._policy.zone, self._policy.quiet, self._policy.weekend_allowed)
        made = make_round(self._store, self._due_today(as_of), hours=hours, as_of=as_of)
        for (nudge, part), until in made.waits:
            self._nudges.postpone(part, until, reason=WAITS, due_day=nudge.due_day)
        return made.goes

    def _due_today(self, as_of: datetime) -> list[tuple[Nudge, Part]]:
        """What is due; where today's summary is out, what came after it waits for tomorrow's."""
        due = self._nudges.due(as_of)
        if self._outbox.find(summary_key(as_of, self._policy)) is None:
            return due
        for nudge, part in due:
            if part.channel is Channel.DASHBOARD:
                later = tomorrow(as_of, self._policy)
                reason = "Today's summary is out already."
                self._nudges.postpone(
                    part,
                    later,
                    reason=reason,
                    due_day=nudge.due_day,
                    expires_at=nudge.expires_at + (later - as_of),
                )
        return [pair for pair in due if pair[1].channel is not Channel.DASHBOARD]

    def _stop(self, verdict: Verdict, done: Delivered) -> None:
        if verdict.until is not None:
            self._nudges.postpone(
                verdict.part,
                verdict.until,
                reason=verdict.reason,
                due_day=verdict.due_day,
                expires_at=verdict.expires_at,
            )
            done.states["waiting"] += 1
            return
        parts = [verdict.part]
        if verdict.whole_nudge:
            of_nudge = self._nudges.parts(verdict.nudge.key)
            parts = [each for each in of_nudge if each.state == "waiting"]
        for part in parts:
            self._nudges.mark(part, verdict.state, done.as_of, reason=verdict.reason)
            done.states[verdict.state] += 1

    def _send_all(self, passage: Passage, done: Delivered) -> None:
        groups: dict[GroupKey, list[Waiting]] = {}
        for each in passage.ready:
            groups.setdefault(group_of(each.nudge, each.part), []).append(each)
        envelopes = Envelopes(self._grounds, self._composer, passage)
        tried: list[Posted] = []
        for group in groups.values():
            if seems_away(tried):
                # The rest stays as due as it is, and the next run begins with it.
                done.left, done.note = 0, AWAY
                return
            for made in _made(envelopes, group):
                match made:
                    case Envelope():
                        tried += self._send(made, done)
                    case Unfit(part, reason):
                        self._nudges.mark(part, "refused", done.as_of, reason=reason)
                        done.states["refused"] += 1

    def _send(self, envelope: Envelope, done: Delivered) -> list[Posted]:
        """How the message stands, if it was tried now."""
        message = envelope.message
        tried: list[Posted] = []
        with self._store.transaction():
            if self._silenced(envelope, done):
                return tried
            fresh = self._outbox.claim(message, done.as_of, owner_retries=True)
            for part in envelope.parts:
                self._nudges.enclose(part, message.key)
            if fresh:
                self._note(envelope, done.as_of)
            for nudge_key, words in envelope.composed:
                self._nudges.worded(
                    nudge_key,
                    template_id=words.template_id,
                    tone=words.tone,
                    language=words.language,
                    words=words.words,
                )
        if fresh:
            tried.append(self._outbox.push(message, done.as_of))
            done.messages += 1
        self._settle(self._nudges.enclosed(message.key), done)
        return tried

    def _note(self, envelope: Envelope, as_of: datetime) -> None:
        """A digest shows a teacher students' data without her having asked."""
        told = [part.nudge_key for part in envelope.parts if part.channel is Channel.MENTOR]
        recipient = envelope.message.recipient
        if told and isinstance(recipient, Direct):
            ids = {student_id for student_id, _ in pairs_of(self._store, told)}
            (user_id,) = recipient.user_ids
            self._grounds.seen(ids, user_id=user_id, action=DIGEST, as_of=as_of)

    def _silenced(self, envelope: Envelope, done: Delivered) -> bool:
        """Whether the student wants nothing by now: a run takes minutes, and a stop counts at once.

        What she gets is withdrawn then; what others get about her is not touched.
        """
        parts = [part for part in envelope.parts if part.channel is Channel.STUDENT]
        if not parts:
            return False
        silence = Consents(self._store).state(parts[0].person_id).silence(done.as_of)
        if not silence:
            return False
        for part in parts:
            self._nudges.mark(part, "withdrawn", done.as_of, reason=silence)
        done.states["withdrawn"] += len(parts)
        return True

    def _settle(self, parts: Sequence[Part], done: Delivered) -> None:
        """Bring parts up to how their messages stand."""
        for key in dict.fromkeys(part.outbox_key or "" for part in parts):
            own = [part for part in parts if part.outbox_key == key and part.state == "posted"]
            with self._store.transaction():
                posted = self._outbox.find(key) or Posted(key, "released", None, "")
                if posted.state == "released":
                    self._outbox.take_back(key)
                for part in own:
                    done.states[self._settle_part(part, posted, done.as_of)] += 1
                offer = self._offer(own, posted, done.as_of)
            if offer is not None:
                self._outbox.push(offer, done.as_of)
                done.messages += 1

    def _offer(self, parts: Sequence[Part], posted: Posted, as_of: datetime) -> Outgoing | None:
        """What to do about the alerts of a digest that has just arrived, claimed but not sent."""
        told = [part for part in parts if part.channel is Channel.MENTOR]
        user_id = self._grounds.links.user_id_of("teacher", told[0].person_id) if told else None
        if posted.state != "sent" or user_id is None:
            return None
        pairs = pairs_of(self._store, [part.nudge_key for part in told])
        marks = self._grounds.alerts(pairs)
        recipient = Direct((user_id,))
        offer = actions(self._store, marks, key=posted.key, recipient=recipient, purpose=PURPOSE)
        return offer if offer is not None and self._outbox.claim(offer, as_of) else None

    def _settle_part(self, part: Part, posted: Posted, as_of: datetime) -> str:
        state, reason = posted.state, posted.reason
        if posted.given_up:
            state, reason = "unclear", f"Nobody can tell whether it arrived: {reason}"
        if state in ("sent", "refused", "unclear"):
            self._nudges.mark(part, state, as_of, reason=reason)
            return state
        if state != "released":
            return "posted"
        # No outage refuses a nudge: it is tried until it expires.
        wait = min(FIRST_WAIT_SECONDS << min(max(part.tries - 1, 0), 10), LONGEST_WAIT_SECONDS)
        self._nudges.retry(part, as_of + timedelta(seconds=wait), reason=reason)
        return "waiting"


def _moved(passage: Passage) -> list[tuple[str, int]]:
    """The nudges that reach their students on another day than was planned, and on which."""
    return [
        (each.nudge.key, passage.today[each.nudge.student_id])
        for each in passage.ready
        if each.part.channel is Channel.STUDENT
        and each.nudge.due_day != passage.today[each.nudge.student_id]
    ]


def _made(envelopes: Envelopes, group: Sequence[Waiting]) -> list[Envelope | Unfit]:
    """The messages of a group; one that the program cannot make keeps no other group back."""
    try:
        return list(envelopes.of(group))
    except Exception:  # whatever it was, nothing of this group has been claimed yet
        log.exception("wording stumbled rule=%s", group[0].nudge.rule_id)
        return [Unfit(each.part, "The program stumbled over its words.") for each in group]
