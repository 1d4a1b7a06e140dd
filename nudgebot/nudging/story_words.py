"""A student's nudges as her teachers read them: what went to whom, what did not, and why."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from nudgebot.markup import esc, fence, global_time
from nudgebot.nudging.adaptation_words import adapted_in
from nudgebot.nudging.candidate import Channel
from nudgebot.nudging.decisions import QUEUED, Recorded
from nudgebot.nudging.figure_words import held, told
from nudgebot.nudging.history import Fate, History, Story
from nudgebot.nudging.stages import CoolingDown
from nudgebot.store import Store

MOST = 8
MOST_TO_STUDENT = 5
HELD = "its rule held for you"
_MOMENT = re.compile(r"(\d{4}-\d\d-\d\d \d\d:\d\d) UTC")
_UNSURE = "; nobody can tell whether it arrived"
# How each state is told; what is sent, and what waits, has its moment behind it.
_STATES: Mapping[str, str] = {
    "sent": "sent {to}",
    "waiting": "waits to go {to}, due",
    "released": "is tried again {to}",
    "posted": "on its way {to}",
    "claimed": "on its way {to}",
    "unsettled": f"sent {{to}}{_UNSURE}",
    "unclear": f"sent {{to}}{_UNSURE}",
    "withdrawn": "not sent {to}, withdrawn",
    "expired": "not sent {to}, too late",
    "refused": "not sent {to}",
    "skipped": "not sent {to}",
}
_NO_LONGER = "It no longer holds: "  # the judge's explanation follows
_SAY_WHY = ("withdrawn", "expired", "refused", "skipped", "waiting")


@dataclass(frozen=True)
class Entry:
    """One line of the history; `raw` is what the judge saw, for whoever writes rules."""

    at: datetime
    text: str
    raw: str


def why_told(
    store: Store, student_id: str, *, rule_names: Mapping[str, str], raw: bool = False
) -> str:
    """The newest nudges of a student and what kept others back, the newest first, as Markdown.

    `rule_names` are those in force, by id. `raw` adds the judge's own words, folded up.
    """
    history = History(store)
    stories = history.stories(student_id, limit=MOST)
    decisions = [each for each in history.decisions(student_id) if each.stage != QUEUED]
    names = dict(rule_names) | {each.nudge.rule_id: each.nudge.rule_name for each in stories}
    spoken = {each.nudge.rule_id for each in stories}
    resting = {each.rule_id: each for each in decisions if each.stage == CoolingDown.name}
    kept_back = [
        each for each in decisions if each.stage != CoolingDown.name or each.rule_id not in spoken
    ]
    people = _People(store)
    entries = [*_stories(stories, people, resting), *(_dropped(e, names) for e in kept_back[:MOST])]
    if not entries:
        return "No nudge so far."
    entries.sort(key=lambda each: each.at, reverse=True)
    lines = ["**Nudges**, the newest first:", *(each.text for each in entries)]
    if raw:
        inside = fence("\n".join(each.raw for each in entries))
        ticks = "`" * (len(inside) - len(inside.lstrip("`")) + 1)
        lines += [f"{ticks}spoiler as the rules saw it", inside, ticks]
    return "\n".join(lines)


def why_told_to_student(store: Store, student_id: str) -> list[str]:
    """The newest nudges that the student herself got, a line each, with what was seen of her."""
    got = [
        (fate.sent_at, story.nudge)
        for story in History(store).stories(student_id)
        for fate in story.fates
        if fate.channel is Channel.STUDENT and fate.sent_at is not None
    ]
    got.sort(key=lambda each: each[0], reverse=True)
    return [
        f"- {global_time(at)} **{esc(nudge.rule_name)}**, because: "
        + (esc(", ".join(told(held(nudge.explanation), to_student=True))) or HELD)
        for at, nudge in got[:MOST_TO_STUDENT]
    ]


def with_moments(text: str) -> str:
    """A reason as it was kept, as Markdown: every reader sees its times in her own zone."""
    parts = _MOMENT.split(text)
    parts[::2] = map(_escaped, parts[::2])
    parts[1::2] = map(_moment, parts[1::2])
    return "".join(parts)


def _moment(text: str) -> str:
    try:
        return global_time(datetime.strptime(text, "%Y-%m-%d %H:%M").replace(tzinfo=UTC))
    except ValueError:  # somebody's own words that look like ours
        return esc(f"{text} UTC")


def _escaped(text: str) -> str:
    """The spaces around it stay, and so does the stop of a sentence, which does nothing."""
    inside = text.strip()
    bare = inside.removesuffix(".")
    return text.replace(inside, esc(bare) + inside[len(bare) :]) if inside else text


class _People:
    """The names of recipients."""

    def __init__(self, store: Store) -> None:
        self._store = store

    def to(self, fates: Sequence[Fate]) -> str:
        """To whom these parts go, in words."""
        *front, last = dict.fromkeys(map(self._recipient, fates))
        named = " and ".join(part for part in (", ".join(front), last) if part)
        return named if fates[0].channel is Channel.DASHBOARD else f"to {named}"

    def _recipient(self, fate: Fate) -> str:
        match fate.channel:
            case Channel.STUDENT:
                return "the student"
            case Channel.MENTOR:
                query = "SELECT name FROM teachers WHERE teacher_id = ?"
                return self._name(query, fate) or "a teacher"
            case Channel.CLASS:
                name = self._name("SELECT name FROM classes WHERE class_id = ?", fate)
                return f"class {name}" if name else "a class"
        return "with the staff's summary"

    def _name(self, query: str, fate: Fate) -> str:
        return esc(self._store.value(query, [fate.person_id]) or "")


def _stories(
    stories: Sequence[Story], people: _People, resting: Mapping[str, Recorded]
) -> Iterator[Entry]:
    """The newest story of a rule also says when the rule may speak again."""
    rests = dict(resting)
    for story in stories:
        nudge = story.nudge
        sent = [fate.sent_at for fate in story.fates if fate.sent_at is not None]
        at = min(sent, default=nudge.decided_at)
        became = "; ".join(_fates(story, at, people))
        rest = rests.pop(nudge.rule_id, None)
        again = [with_moments(rest.reason)] if rest and _rests_since(rest, at) else []
        adapted = adapted_in(nudge.timing)
        again = [f"adapted: {esc(adapted)}", *again] if adapted else again
        yield Entry(
            at,
            "\n  ".join(
                [
                    f"- {global_time(at)} **{esc(nudge.rule_name)}**: {became}",
                    *_because(nudge.explanation),
                    *again,
                ]
            ),
            f"{nudge.rule_id}: {nudge.explanation}",
        )


def _rests_since(rest: Recorded, at: datetime) -> bool:
    return rest.last_at >= at and rest.reason.startswith("Cooling down")


def _because(explanation: str) -> list[str]:
    reasons = ", ".join(told(held(explanation)))
    return [f"because: {esc(reasons)}"] if reasons else []


def _fates(story: Story, at: datetime, people: _People) -> Iterator[str]:
    """What became of the parts, those of one fate together; the student's first."""
    ordered = sorted(story.fates, key=lambda fate: fate.channel is not Channel.STUDENT)
    groups: dict[tuple[str, str, datetime | None], list[Fate]] = {}
    for fate in ordered:
        moment = fate.due_at if fate.state == "waiting" else fate.sent_at
        why = _reason(fate.reason) if fate.state in _SAY_WHY else ""
        groups.setdefault((fate.state, why, moment), []).append(fate)
    for (state, why, moment), fates in groups.items():
        text = _STATES.get(state, f"{esc(state)} {{to}}").format(to=people.to(fates))
        if moment is not None and (state == "waiting" or moment != at):
            text += f" {global_time(moment)}"
        yield f"{text}: {why}" if why else text


def _reason(reason: str) -> str:
    """A reason as Markdown; what no longer holds in words."""
    before, found, explanation = reason.partition(_NO_LONGER)
    if not found or before:
        return with_moments(reason)
    now = ", ".join(told(held(explanation, marks="✗?")))
    return f"it no longer holds ({esc(now)})" if now else "it no longer holds"


def _dropped(decision: Recorded, names: Mapping[str, str]) -> Entry:
    """What a rule selected and a stage kept back."""
    name = esc(names.get(decision.rule_id, decision.rule_id))
    times = f" ({decision.times} times)" if decision.times > 1 else ""
    text = f"**{name}**: not sent{times}: {with_moments(decision.reason)}"
    lines = [f"- {global_time(decision.last_at)} {text}", *_because(decision.why_text)]
    raw = f"{decision.rule_id}: {decision.why_text}"
    return Entry(decision.last_at, "\n  ".join(lines), raw)
