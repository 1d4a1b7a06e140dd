"""The nudging report of one student as a board."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, tzinfo

from nudgebot.chat.boards.figures import RESPONSES, hours, response_section, share, words_of
from nudgebot.insight.trend_data import DateRange
from nudgebot.nudging.before_after_values import Changes, Impact
from nudgebot.nudging.cases import Case
from nudgebot.nudging.dashboards.received import Received
from nudgebot.nudging.dashboards.response_rates import TARGET
from nudgebot.nudging.dashboards.student import StudentNudgingReport, TypeRecord
from nudgebot.nudging.effects_words import change
from nudgebot.nudging.profiles import Profile
from nudgebot.reports.contents.dashboards import Board
from nudgebot.reports.contents.section import Row, Section, row
from nudgebot.reports.figures import count

CAUTION = (
    "One student's nudges cannot show an effect: most lows end by themselves. What is usual "
    "without a nudge stands beside each."
)
_FEWEST_OWN = 0.2  # of the profile: below it, it is the school's and no more


def student_board(
    found: StudentNudgingReport,
    *,
    name: str,
    period: DateRange,
    data_as_of: datetime | None,
    zone: tzinfo,
) -> Board:
    """The report on the student of that name; moments are told in `zone`."""
    return Board(
        kind="Nudges",
        title=name,
        period=period,
        as_of=found.as_of,
        data_as_of=data_as_of,
        lines=tuple(_lines(found)),
        sections=tuple(_sections(found, zone)),
        caution=CAUTION if found.behavioral_changes.impacts else "",
    )


def _lines(found: StudentNudgingReport) -> Iterator[str]:
    received = found.nudges_received
    if not received:
        yield "No nudge has reached this student in the last year."
        return
    responded = sum(each.responded for each in received)
    # Of what is still followed, the successes are known before the failures.
    target = found.response_patterns.rates.of(TARGET)
    yield f"{count(len(received), 'nudge')} in the last year, {responded} with a response."
    if target.of:
        yield f"Did what was asked for after {target.count} of {target.of} followed to the end."
    yield from found.recommended_adjustments[:3]


def _sections(found: StudentNudgingReport, zone: tzinfo) -> Iterator[Section]:
    yield Section("What works", ("", ""), tuple(_profile(found.student_profile)))
    yield Section(
        "Nudges received",
        ("When", "Nudge", "Type", "Response", "Did what was asked for"),
        tuple(_received(each, zone) for each in found.nudges_received),
    )
    if found.response_patterns.rates.nudges:
        yield response_section(found.response_patterns.rates)
    yield Section(
        "By part of the day",
        ("Due", "Nudges", "With a response"),
        tuple(
            row(each.name, (each.nudges, ""), (each.responded, ""))
            for each in found.response_patterns.by_part_of_day
        ),
    )
    yield Section(
        "By type of nudge",
        ("Type", "Nudges", "With a response", "Did what was asked for", "In the whole school"),
        tuple(map(_type, found.effectiveness_by_type)),
    )
    yield _changes(found)
    yield Section("What to change", notes=found.recommended_adjustments)


def _profile(profile: Profile) -> Iterator[Row]:
    own = profile.own_weight >= _FEWEST_OWN
    learned = f"{count(profile.responses.of, 'nudge')}, of which {profile.responses.met} worked"
    yield row("Learned from", (learned, "text"))
    yield row("Of this the student's own", share(profile.own_weight))
    whose = "" if own else " (as in the whole school)"
    types = ", ".join(map(words_of, profile.preferred_nudge_types[:3]))
    yield row("Types, the best first", (f"{types}{whose}" if types else None, "text"))
    best = ", ".join(f"{hour}:00" for hour in profile.optimal_delivery_hours)
    yield row("Hours", (f"{best}{whose}" if best else None, "text"))
    yield row("Tone", (profile.preferred_tone or None, "text"))
    yield row("How often", (profile.frequency_preference, "text"))
    channels = ", ".join(map(words_of, profile.channel_preference))
    yield row("Channel", (channels or None, "text"))


def _received(each: Received, zone: tzinfo) -> Row:
    when = each.at.astimezone(zone)
    said = [
        f"{RESPONSES.get(kind, kind).split(',')[0]} after {hours(after)}"
        for kind, after in sorted(each.responses.items(), key=lambda pair: pair[1])
    ]
    unknown = "still followed" if each.followed else "not followed"
    reached = {True: "yes", False: "no", None: unknown}[each.reached]
    return row(
        f"{when:%Y-%m-%d %H:%M}",
        (each.rule_name, "text"),
        (words_of(each.type), "text"),
        ("; ".join(said) or "none", "text"),
        (reached, "text"),
    )


def _type(each: TypeRecord) -> Row:
    return row(
        words_of(each.type),
        (each.nudges, ""),
        (each.responded, ""),
        (f"{each.reached} of {each.followed}" if each.followed else None, "text"),
        (each.school.text if each.school else None, "text"),
    )


def _changes(found: StudentNudgingReport) -> Section:
    changes = found.behavioral_changes
    rows = [_impact(case, impact) for case, impact in changes.impacts]
    rows += [
        _changed("On average", changes.average, ""),
        _changed("Others, held out", changes.held_out.changes, "without any nudge"),
    ]
    return Section(
        "What was different afterwards",
        ("Nudge of", "Activity", "Marks", "Days with activity", "Says"),
        tuple(rows) if changes.impacts else (),
    )


def _impact(case: Case, impact: Impact) -> Row:
    found = impact.specific_improvements
    changed = Changes(
        found.get("activity_change"),
        found.get("performance_change"),
        found.get("engagement_change"),
    )
    return _changed(case.starts_at.date().isoformat(), changed, impact.text)


def _changed(name: str, changes: Changes, words: str) -> Row:
    return row(
        name,
        *(
            (None if value is None else change(value), "text")
            for value in (
                changes.activity_change,
                changes.performance_change,
                changes.engagement_change,
            )
        ),
        (words, "text"),
    )
