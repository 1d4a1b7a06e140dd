"""What the report on one student holds (requirement B, step 7.4; requirement A, engagement)."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

from nudgebot.insight.report_data import Comparison, StudentReport, SubjectAverage, Totals
from nudgebot.reports.charts.beside import drawable, standing_chart
from nudgebot.reports.charts.mastery import progress_chart
from nudgebot.reports.contents.section import (
    Contents,
    Row,
    Section,
    kept,
    names,
    row,
    told,
    trend_sections,
)
from nudgebot.reports.contents.standing import standing_rows
from nudgebot.reports.figures import Raw, count, in_state, percent

LEAST_SCORES = 3  # for an average of 0 to be told
WEEKDAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
DECLINE = {
    "streak_break": "a streak ended lately",
    "declining_video_engagement": "much less video than before",
    "missed_assignments": "assignments are missing",
    "irregular_study_pattern": "study days differ much from week to week",
}


def student_contents(report: StudentReport) -> Contents:
    """The whole report on a student."""
    return Contents(
        kind="Student report",
        title=report.name,
        about=", ".join(each.name for each in report.classes),
        period=told(report.period),
        as_of=report.as_of,
        data_as_of=report.data_as_of,
        note=report.note,
        sections=kept(_sections(report)),
    )


def _sections(report: StudentReport) -> Iterator[Section]:
    yield Section("Overview", ("Figure", "This period", "Period before"), tuple(_overview(report)))
    yield _risk(report)
    yield from trend_sections(report.trends)
    yield _skills(report)
    yield _where_to_begin(report)
    for comparison in report.comparisons:
        yield comparison_section(comparison)
    yield _strengths(report)
    yield _assignments(report)
    yield _exams(report)
    yield _subjects(report)
    yield _engagement(report)
    yield _content(report)
    yield _recent(report)
    yield Section(
        "Achievements",
        ("Achievement", "Progress", "Earned on"),
        tuple(
            row(each.title, (each.progress_percent, "percent"), (each.earned_on, "day"))
            for each in report.achievements
        ),
    )


def _overview(report: StudentReport) -> Iterator[Row]:
    now, before = report.totals, report.before

    def both(title: str, field: str, unit: str) -> Row:
        return row(title, (_of(now, field), unit), (_of(before, field), unit))

    yield both("Accuracy", "accuracy_percent", "percent")
    yield both("Questions answered", "questions", "questions")
    yield both("Practice sessions", "sessions", "sessions")
    yield both("Time spent", "minutes", "minutes")
    yield both("XP", "xp", "XP")
    yield both("Active days", "active_days", "days")
    yield both("Days of the period", "days", "days")
    yield both("Share of days active", "engagement_percent", "percent")
    counts, states = report.assignment_counts, report.skill_states
    score = average_score(report)
    singles: tuple[tuple[str, Raw, str], ...] = (
        ("Streak now", report.current_streak_days, "days"),
        ("Longest streak", report.highest_streak_days, "days"),
        ("Assignments handed in", counts.completion_percent, "percent"),
        ("Skills mastered", states.mastered if states.total else None, "skills"),
        ("Average score, 180 days", score, "percent"),
        ("Percentile in class", None if score is None else report.percentile, "percentile"),
    )
    for title, value, unit in singles:
        yield row(title, (value, unit))


def average_score(report: StudentReport) -> float | None:
    """The average of all subjects; None while it is 0 for lack of scores, not for low ones."""
    scored = sum(each.items - each.missed for each in report.subjects)
    few = scored < LEAST_SCORES and not report.average_score_percent
    return None if few else report.average_score_percent


def unscored(subject: SubjectAverage) -> str:
    """The sentence for a subject in which everything was missed; empty where there are scores."""
    if subject.items > subject.missed:
        return ""
    one = subject.missed == 1
    return (
        f"nothing is scored yet; {count(subject.missed, 'piece')} of work "
        f"{'was missed and counts' if one else 'were missed and count'} as 0 in the average"
    )


def _of(totals: Totals | None, field: str) -> Raw:
    found: Raw = None if totals is None else getattr(totals, field)
    return found


def _risk(report: StudentReport) -> Section:
    risk = report.risk
    if risk is None:
        return Section("Risk")
    rows = [
        row("Risk level", (risk.overall_risk_level, "risk")),
        row("Risk score", (risk.overall_score, "score")),
        row("Look again by", (risk.next_review_date, "day")),
        *(row("Reason", (reason, "text")) for reason in risk.reasons),
        *(row("May help", (step, "text")) for step in risk.recommended_interventions),
    ]
    return Section("Risk and what may help", ("", ""), tuple(rows))


def _skills(report: StudentReport) -> Section:
    if not report.skills:
        return Section("Skills", notes=() if report.note else ("There is no skill data.",))
    states = report.skill_states
    stuck = [each.name for each in report.stuck_skills]
    summary = (
        f"{count(states.mastered, 'skill')} mastered, {states.in_progress} in progress, "
        f"{in_state(states.needs_work, 'needs_work')}, {states.not_started} not started."
    )
    notes = [summary, report.mastery_rule]
    if stuck:
        notes.append(f"Ten or more sessions without mastery: {names(stuck)}.")
    started = [each for each in report.skills if each.answers]
    charts = (progress_chart(started, most=12),) if len(started) > 1 else ()
    columns, rows = standing_rows(report.skills)
    return Section("Skills", columns, rows, tuple(notes), charts)


def _where_to_begin(report: StudentReport) -> Section:
    return Section(
        "Where to begin",
        ("Skill that needs work", "Begin with", "Lacks"),
        tuple(
            row(
                each.standing.name,
                (names(each.begin_with) or None, "text"),
                (names([gap.name for gap in each.gaps]) or "nothing below it", "text"),
            )
            for each in report.weak_skills
        ),
    )


def comparison_section(comparison: Comparison) -> Section:
    """A student beside a class; where nothing may be compared, the sentence that says so."""
    title = f"Beside the class {comparison.class_name}"
    if not comparison.compared:
        return Section(title, notes=(comparison.note,))
    rows = [
        row(
            each.title,
            (each.value, each.unit),
            (each.class_average, each.unit),
            (each.percentile, "percentile"),
            (each.students, "students"),
        )
        for each in comparison.figures
    ]
    if comparison.xp_place is not None:
        place = (comparison.xp_place, "place")
        rows.append(row("Place in XP", place, (None, ""), (None, ""), (comparison.xp_places, "")))
    charts = (standing_chart(comparison),) if drawable(comparison) else ()
    columns = ("Figure", "Student", "Class average", "Percentile", "Measured")
    notes = [comparison.note] if comparison.note else []
    notes += [
        f"{word} than the others in {each.name}: {percent(each.accuracy_percent)} against "
        f"{percent(each.others_percent)} of {count(each.others, 'student')}."
        for word, group in (("Better", comparison.strengths), ("Weaker", comparison.weaknesses))
        for each in group
    ]
    return Section(title, columns, tuple(rows), tuple(notes), charts)


def _strengths(report: StudentReport) -> Section:
    return Section(
        "Strengths and weaknesses",
        ("In", "It is a", "Accuracy or score", "From answers or pieces of work"),
        tuple(
            row(each.name, (word, "text"), (each.percent, "percent"), (each.count, "pieces"))
            for word, group in (("strength", report.strengths), ("weakness", report.weaknesses))
            for each in group
        ),
    )


def _assignments(report: StudentReport) -> Section:
    # Those that the table lists: it looks two weeks ahead, which the period's own counts do not.
    found = Counter(each.state for each in report.assignments)
    note = (
        f"{found['done']} handed in on time, {found['late']} late, {found['missed']} missing, "
        f"{found['to_come']} to come."
    )
    return Section(
        "Assignments",
        ("Assignment", "State", "Due", "Handed in", "Score"),
        tuple(
            row(
                each.title,
                (each.state, "work state"),
                (each.due_at, "moment"),
                (each.handed_at, "moment"),
                (each.score_percent, "percent"),
            )
            for each in report.assignments
        ),
        (note,) if report.assignments else (),
    )


def _exams(report: StudentReport) -> Section:
    return Section(
        "Exams",
        ("Exam", "Subject", "Day", "Result"),
        tuple(
            row(
                each.title,
                (each.subject or None, "text"),
                (each.day, "day"),
                ("missed", "text") if each.missed else (each.percent, "percent"),
            )
            for each in report.exams
        ),
    )


def _subjects(report: StudentReport) -> Section:
    return Section(
        "Subjects, 180 days",
        ("Subject", "Average score", "Pieces of work", "Missed"),
        tuple(
            row(
                each.subject,
                (None if unscored(each) else each.average_percent, "percent"),
                (each.items, "pieces"),
                (each.missed, "pieces"),
            )
            for each in report.subjects
        ),
        tuple(f"{each.subject}: {unscored(each)}." for each in report.subjects if unscored(each)),
    )


def _engagement(report: StudentReport) -> Section:
    found = report.engagement
    if found is None:
        return Section("Engagement")
    pattern, signs = found.daily_activity_pattern, found.decline_indicators
    hours = names([f"{hour}:00" for hour, _ in pattern.most_active_hours])
    weekdays = names([WEEKDAYS[place] for place, _ in pattern.most_active_days])
    decline = None if signs is None else names([DECLINE.get(s, s) for s in signs]) or "none"
    rows = (
        row("Most active at", (hours or None, "text")),
        row("Most active on", (weekdays or None, "text")),
        row("Events on an active day", (pattern.average_daily_activity, "")),
        row("Videos seen to the end", (_percent(found.video_completion_rate), "percent")),
        row("Exams taken", (_percent(found.exam_participation_rate), "percent")),
        row("Days since the last activity",
            (found.streak_behavior.days_since_last_activity, "days")),
        row("Signs of decline", (decline, "text")),
    )  # fmt: skip
    return Section(f"Engagement, last {found.days} days", ("", ""), rows)


def _percent(share: float | None) -> float | None:
    return None if share is None else 100 * share


def _content(report: StudentReport) -> Section:
    kinds = report.engagement.content_engagement if report.engagement else ()
    return Section(
        "Activity by kind",
        ("Kind", "Events", "Time spent", "Days"),
        tuple(
            row(each.kind, (each.events, ""), (each.minutes, "minutes"), (each.days, "days"))
            for each in kinds
        ),
    )


def _recent(report: StudentReport) -> Section:
    return Section(
        "Recent activity",
        ("What", "Kind", "Day", "Count", "Time spent", "Result"),
        tuple(
            row(
                each.name or each.kind,
                (each.kind, "text"),
                (each.day, "day"),
                (each.count, ""),
                (each.minutes, "minutes"),
                (each.score_percent, "percent"),
            )
            for each in report.recent_activity
        ),
    )
