"""An evaluation: what holds is sifted, timed and queued, and every candidate gets its reason."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from functools import partial

from nudgebot.insight.table import FigureTable
from nudgebot.nudging.adaptation import Choices
from nudgebot.nudging.adaptation_stages import LessOften
from nudgebot.nudging.adaptation_words import with_adapted
from nudgebot.nudging.agenda import Agenda
from nudgebot.nudging.candidate import Candidate, Channel
from nudgebot.nudging.cases import Arm, Case, Cases
from nudgebot.nudging.decisions import QUEUED, Decision, Decisions
from nudgebot.nudging.episodes import Episodes, Pair, Turn, turn
from nudgebot.nudging.firing import Fired, fire
from nudgebot.nudging.holdout import Holdout, drawn_before, key_of
from nudgebot.nudging.nudges import Nudge, Nudges, Part, Past, expiry, nudge_key
from nudgebot.nudging.ports import Event, Grounds, TonesOf
from nudgebot.nudging.rule import Rule
from nudgebot.nudging.sieve import Dropped, Outcome, Stage, sift
from nudgebot.nudging.stages import AlertRests, CoolingDown, HeldOut, Inhibited, OverTheCap
from nudgebot.nudging.surroundings import Surroundings, look_around, snoozed
from nudgebot.nudging.switches import Switches
from nudgebot.school.days import from_at, local_day, to_at

OFF = "Nudging is switched off (setting enable_nudging_system)."
ROUTED = " It goes to a person, because the student's risk is critical."
KEEP_DECISIONS_DAYS = 90


@dataclass(frozen=True)
class Evaluation:
    """Every decision of one evaluation; `note` says why there are none where nothing was judged.

    `problems` names rules that could not be judged.
    """

    as_of: datetime
    decisions: tuple[Decision, ...]
    note: str = ""
    problems: tuple[str, ...] = ()

    @property
    def queued(self) -> list[Decision]:
        """What will be sent."""
        return [each for each in self.decisions if each.outcome == QUEUED]


def _for_teachers(batch: Iterable[Candidate]) -> set[Pair]:
    return {(each.student_id, each.rule.id) for each in batch if Channel.MENTOR in each.channels}


def _concerned(events: Iterable[Event]) -> set[str]:
    return {each.student_id for each in events}


class Evaluator:
    """Judges and decides; nothing is sent here."""

    def __init__(self, grounds: Grounds) -> None:
        self._store = grounds.store
        self._policy = grounds.policy
        self._rules = grounds.rules
        self._figures = grounds.figures
        self._rhythms = grounds.rhythms
        self._links = grounds.links
        self._alerts = grounds.alerts
        self._tones = grounds.tones
        self._adaptation = grounds.adaptation

    def evaluate(
        self,
        as_of: datetime,
        *,
        student_ids: Collection[str] | None = None,
        events: Sequence[Event] = (),
        table: FigureTable | None = None,
        dry_run: bool = False,
    ) -> Evaluation:
        """Decide about some students or all; `events` are what rules with `on` wait for.

        `table` stands in for the newest figures, for another moment than now. A dry run decides
        the same and writes nothing.
        """
        if not self._policy.enabled:
            return Evaluation(as_of, (), OFF)
        rules = Switches(self._store).on(self._rules().rules)
        if table is None:
            wanted = None if student_ids is None else {*student_ids, *_concerned(events)}
            table = self._figures.table(wanted)
        day = local_day(as_of, self._policy.zone)
        fired = fire(self._store, rules, table, events=events, day=day)
        everyone = student_ids is None
        episodes = self._episodes(fired, as_of, everyone=everyone)
        handed = self._hand_over(fired, episodes, as_of)
        around = look_around(
            self._store, self._links, self._policy, batch=fired.candidates, as_of=as_of
        )
        decided = self._decide(fired, rules, around, episodes, handed=handed)
        if not dry_run:
            self._write(decided, None if around.stale else episodes, as_of)
            if everyone:
                Decisions(self._store).prune(as_of - timedelta(days=KEEP_DECISIONS_DAYS))
        return Evaluation(as_of, decided.decisions, around.stale, tuple(fired.problems))

    def _episodes(self, fired: Fired, as_of: datetime, *, everyone: bool) -> Turn:
        kept = Episodes(self._store)
        students = None if everyone else list(fired.table.student_ids)
        open_since = kept.open_since(fired.everywhere, students)
        for rule_id, scope in fired.scopes.items():
            open_since |= kept.open_since([rule_id], scope)
        return turn(open_since, list(fired.pairs), as_of)

    def _hand_over(self, fired: Fired, episodes: Turn, as_of: datetime) -> list[Stage]:
        """Turn to a person what did nothing twice; the stage for what rests since then."""
        if self._adaptation is None:
            return []
        fired.candidates, stage = self._adaptation.hand_over(
            fired.candidates, episodes.since, as_of
        )
        return [stage]

    def _decide(
        self,
        fired: Fired,
        rules: Iterable[Rule],
        around: Surroundings,
        episodes: Turn,
        *,
        handed: Sequence[Stage],
    ) -> Decided:
        past = Nudges(self._store).past(
            list(around.pupils), since_day=local_day(around.as_of, self._policy.zone) - 8
        )
        cooling = CoolingDown(past.last, around.as_of)
        holdout = self._holdout(around, episodes, past)
        first = sift(
            fired.candidates,
            [
                *around.standing,
                Inhibited(fired.candidates, rules),
                snoozed(self._store, around),
                AlertRests(
                    self._alerts(_for_teachers(fired.candidates)),
                    around.closed_to_student,
                    around.as_of,
                ),
                *handed,
                cooling,
                HeldOut(holdout.was_held_out),
            ],
        )
        students = {each.student_id for each in first.kept if Channel.STUDENT in each.channels}
        rhythms = self._rhythms(students, around.as_of) if students else {}
        choices = self._choices(first.kept, around.as_of)
        agenda = Agenda(around, rhythms, cooling, choices, partial(_key, episodes, past))
        caps = OverTheCap(
            past.counts, agenda.due_day, self._policy.max_per_day, self._policy.max_per_week
        )
        less_often: list[Stage] = [LessOften(choices, cooling)] if choices else []
        last = sift(first.kept, [*less_often, caps, HeldOut(holdout.is_held_out)])
        outcome = Outcome(last.kept, first.dropped + last.dropped)
        decided = _decided(outcome, fired, agenda, episodes=episodes, past=past)
        held_out = [each.candidate for each in last.dropped if each.stage == HeldOut.name]
        cases = [
            *(_case(nudge.key, candidate, agenda, holdout, tones=self._tones)
              for candidate, (nudge, _) in zip(last.kept, decided.nudges, strict=True)),
            *(_case(None, candidate, agenda, holdout, tones=self._tones) for candidate in held_out),
        ]  # fmt: skip
        return replace(decided, cases=tuple(cases))

    def _choices(self, batch: Collection[Candidate], as_of: datetime) -> Choices | None:
        return self._adaptation.choices(batch, as_of) if self._adaptation else None

    def _holdout(self, around: Surroundings, episodes: Turn, past: Past) -> Holdout:
        return Holdout(
            key=key_of(self._store),
            share=self._policy.holdout_share,
            as_of=around.as_of,
            since=episodes.since,
            before=drawn_before(self._store, list(around.pupils)),
            nudged=frozenset(past.nth),
        )

    def _write(self, decided: Decided, episodes: Turn | None, as_of: datetime) -> None:
        with self._store.transaction():
            if episodes is not None:
                Episodes(self._store).keep(episodes)
            Nudges(self._store).queue(decided.nudges)
            Cases(self._store).open(decided.cases)
            Decisions(self._store).record(decided.decisions, as_of)


@dataclass(frozen=True)
class Decided:
    """The decisions, the nudges of those that are queued, and what is to be followed."""

    decisions: tuple[Decision, ...]
    nudges: tuple[tuple[Nudge, list[Part]], ...]
    cases: tuple[Case, ...] = ()


def _decided(
    outcome: Outcome, fired: Fired, agenda: Agenda, *, episodes: Turn, past: Past
) -> Decided:
    decisions = [_dropped(each, fired) for each in outcome.dropped]
    nudges = []
    for candidate in outcome.kept:
        since, nth = _number(episodes, past, candidate)
        why = fired.why(candidate)
        nudge, parts = _nudge(candidate, agenda, since=since, nth=nth, why=why)
        nudges.append((nudge, parts))
        decisions.append(_queued(candidate, nudge))
    return Decided(tuple(decisions), tuple(nudges))


def _number(episodes: Turn, past: Past, candidate: Candidate) -> tuple[datetime, int]:
    """The episode of a candidate's nudge, and the how manyth of it the nudge would be."""
    since = episodes.since[candidate.student_id, candidate.rule.id]
    return since, past.nth.get((candidate.student_id, candidate.rule.id, since), 0) + 1


def _key(episodes: Turn, past: Past, candidate: Candidate) -> str:
    since, nth = _number(episodes, past, candidate)
    return nudge_key(candidate.student_id, candidate.rule.id, since, nth)


def _dropped(dropped: Dropped, fired: Fired) -> Decision:
    candidate = dropped.candidate
    return Decision(
        student_id=candidate.student_id,
        rule_id=candidate.rule.id,
        outcome="dropped",
        stage=dropped.stage,
        reason=dropped.reason,
        why_text=fired.why(candidate),
        routed=candidate.routed,
    )


def _queued(candidate: Candidate, nudge: Nudge) -> Decision:
    reason = f"Due {nudge.due_at:%Y-%m-%d %H:%M} UTC ({nudge.timing})."
    return Decision(
        student_id=candidate.student_id,
        rule_id=candidate.rule.id,
        outcome=QUEUED,
        stage=QUEUED,
        reason=reason + (ROUTED if candidate.routed and not candidate.handed else ""),
        why_text=nudge.explanation,
        due_at=nudge.due_at,
        routed=candidate.routed,
    )


def _nudge(
    candidate: Candidate, agenda: Agenda, *, since: datetime, nth: int, why: str
) -> tuple[Nudge, list[Part]]:
    rule, around = candidate.rule, agenda.around
    key = nudge_key(candidate.student_id, rule.id, since, nth)
    parts = list(_parts(key, candidate, agenda))
    waiting = [part.due_at for part in parts if part.state == "waiting"]
    due = agenda.due(candidate)
    pupil = around.pupils[candidate.student_id]
    nudge = Nudge(
        key=key,
        student_id=candidate.student_id,
        rule_id=rule.id,
        rule_name=rule.name,
        episode_at=since,
        nth=nth,
        type=rule.type,
        urgency=rule.urgency,
        delivery=candidate.delivery,
        to_student=not around.closed_to_student(candidate),
        decided_at=around.as_of,
        due_at=due.at,
        due_day=local_day(due.at, pupil.zone),
        expires_at=expiry(max(waiting), rule.expires_after_hours),
        timing=with_adapted(due.why, agenda.adapted(candidate)),
        explanation=why,
        tone=agenda.tone(candidate)[0],
    )
    return nudge, parts


def _parts(key: str, candidate: Candidate, agenda: Agenda) -> Iterator[Part]:
    around = agenda.around
    for channel in candidate.channels:
        to_student = channel is Channel.STUDENT
        due = agenda.for_student(candidate) if to_student else agenda.for_others(candidate)
        for recipient in around.reach.recipients(candidate, channel):
            closed = around.closed_to_student(candidate) if to_student else recipient.closed
            state = "skipped" if closed else "waiting"
            yield Part(key, channel, recipient.person_id, due.at, state, closed)


def _case(
    nudge_key: str | None,
    candidate: Candidate,
    agenda: Agenda,
    holdout: Holdout,
    *,
    tones: TonesOf,
) -> Case:
    """What is followed from when the nudge is due, or would have been."""
    rule, around = candidate.rule, agenda.around
    starts_at = from_at(to_at(agenda.due(candidate).at))
    pupil = around.pupils[candidate.student_id]
    usual_tone = tones(rule.message_template, pupil.language or around.policy.language)
    return Case(
        student_id=candidate.student_id,
        rule_id=rule.id,
        episode_at=holdout.episode_of(candidate),
        nudge_key=nudge_key,
        arm=holdout.arm(candidate) if nudge_key else Arm.HELD_OUT,
        share=holdout.share_of(rule),
        type=rule.type,
        urgency=rule.urgency.value,
        channel=candidate.delivery.value,
        tone=agenda.tone(candidate)[0] or usual_tone,
        hour=starts_at.astimezone(pupil.zone).hour,
        target=rule.target.value,
        decided_at=around.as_of,
        starts_at=starts_at,
        start_day=local_day(starts_at, pupil.zone),
        ends_at=starts_at + timedelta(days=around.policy.tracking_days),
        adapted=agenda.adapted(candidate),
    )
