"""A student and a class made by hand, ordinary and hostile, for what reports say of them."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

from nudgebot.insight.engagement import ContentKind, Engagement, StreakBehavior
from nudgebot.insight.report_data import (
    Achievement,
    Activity,
    Assignment,
    AssignmentCounts,
    Bin,
    ClassComparison,
    ClassReport,
    ClassSkills,
    ClassTotals,
    ComparedClasses,
    ComparedFigure,
    Comparison,
    DateRange,
    Direction,
    Distribution,
    ExamResult,
    FocusSkill,
    MasteryState,
    Named,
    PrerequisiteFinding,
    RankedStudent,
    RelativeSkill,
    RiskAssessment,
    SkillAnalytics,
    SkillCell,
    SkillGap,
    SkillRow,
    SkillStanding,
    SkillStudent,
    SkillSummary,
    StateCounts,
    Strength,
    StrugglingStudent,
    StudentReport,
    SubjectAverage,
    TimeToMastery,
    Totals,
    Trend,
    TrendPoint,
    WeakSkill,
)
from nudgebot.insight.rhythm import Rhythm
from nudgebot.insight.risk_factors import Factor, Reason
from nudgebot.reports.charts.dashboards import Arms, effects_chart, sent_chart
from nudgebot.reports.contents.dashboards import Board
from nudgebot.reports.contents.section import Section, row

AS_OF = datetime(2026, 11, 19, 14, 30, tzinfo=UTC)
DATA_AS_OF = datetime(2026, 11, 19, 6, 0, tzinfo=UTC)
PERIOD = DateRange(date(2026, 10, 23), date(2026, 11, 19), "the last 28 days")
RULE = "Mastered: 85 % or more, recent answers weighing more, on at least 10 answers."
HOSTILE = "@**all** =1+1 | [x](http://e.vil) `#` \\ $x$ #panic() \n* <b>é & 名\u202e 😀"
SCRIPTS = (
    "Zoë Müller",
    "Ирина Соколова",
    "Ελένη Παππά",
    "Nguyễn Thị Hạnh",
    "أحمد علي",
    "שרה כהן",
    "अमित शर्मा",
    "สมชาย ใจดี",
    "王小明",
    "田中さくら",
    "김철수",
    "Ana de la Cruz y Fernández-Villaverde",
)

M, P, W, N = (
    MasteryState.MASTERED,
    MasteryState.IN_PROGRESS,
    MasteryState.NEEDS_WORK,
    MasteryState.NOT_STARTED,
)
SKILLS: tuple[tuple[str, MasteryState, int, int, int, bool], ...] = (
    ("Adding fractions", W, 40, 18, 11, True),
    ("Multiplying fractions", P, 25, 17, 4, False),
    ("Place value", M, 60, 57, 6, False),
    ("Area of a triangle", P, 3, 2, 1, False),
    ("Negative numbers", N, 0, 0, 0, False),
)


def standing(sample: tuple[str, MasteryState, int, int, int, bool]) -> SkillStanding:
    name, state, answers, correct, sessions, stuck = sample
    share = 100 * correct / answers if answers else None
    return SkillStanding(
        skill_id=name.lower().replace(" ", "-"),
        name=name,
        subject="Mathematics",
        state=state,
        answers=answers,
        correct=correct,
        sessions=sessions,
        accuracy_percent=share,
        recent_percent=share,
        low_percent=None if share is None else max(0.0, share - 9),
        high_percent=None if share is None else min(100.0, share + 9),
        started_on=date(2026, 9, 7) if answers else None,
        mastered_on=date(2026, 10, 1) if state is M else None,
        last_practised_on=date(2026, 11, 18) if answers else None,
        stuck=stuck,
        period_answers=answers // 2,
        period_accuracy_percent=share,
    )


STANDINGS = tuple(standing(each) for each in SKILLS)


def trend(metric: str = "accuracy", *, values: tuple[float | None, ...] = (55, 61, None, 75.4),
          counts: tuple[int, ...] = (20, 3, 0, 41)) -> Trend:  # fmt: skip
    title, unit, shape = {
        "accuracy": ("Accuracy", "percent", "line"),
        "questions": ("Questions answered", "questions", "bar"),
        "engagement": ("Active days a week", "days a week", "bar"),
        "time": ("Time spent", "minutes", "bar"),
    }[metric]
    begin = date(2026, 10, 23)
    return Trend(
        metric=metric,
        title=title,
        unit=unit,
        grain="week",
        shape=shape,
        points=tuple(
            TrendPoint(begin + timedelta(days=7 * place), 7, value, count)
            for place, (value, count) in enumerate(zip(values, counts, strict=True))
        ),
        count_unit="answers",
        direction=Direction.NONE,
        earlier=values[0],
        later=values[-1],
        p_value=0.3,
        text=f"{title} shows no clear direction over 4 weeks.",
    )


def reason(code: str, **numbers: float | str) -> Reason:
    return Reason(code, tuple(numbers.items()))


RISK = RiskAssessment(
    overall_risk_level="high",
    overall_score=0.74,
    risk_factors={
        "academic_performance": Factor(
            "high", (reason("low_average_score", average_score=52),), 1.0, 0.7
        ),
        "engagement_risk": Factor("low", (), 1.0, 0.3),
        "behavioral_risks": Factor(
            "medium",
            (reason("missed_assignments", missed_assignments=2, due_assignments=5),),
            1.0,
            0.5,
        ),
    },
    recommended_interventions=(
        "a study session with the teacher",
        "an agreed date for each missing assignment",
    ),
    urgency_level="high",
    next_review_date=date(2026, 11, 22),
)
ENGAGEMENT = Engagement(
    student_id="s1",
    days=30,
    daily_activity_pattern=Rhythm((0,) * 16 + (5, 3) + (0,) * 6, (4, 2, 0, 3, 0, 0, 1), 12.5),
    content_engagement=(ContentKind("video", 14, 95.0, 6), ContentKind("practice", 30, 310.0, 9)),
    streak_behavior=StreakBehavior(0, 6, 4, 1),
    video_completion_rate=0.643,
    exam_participation_rate=None,
    decline_indicators=("missed_assignments",),
)


def comparison(name: str = "Ana Lee", class_name: str = "7b Maths") -> Comparison:
    return Comparison(
        student_id="s1",
        student_name=name,
        class_id="c1",
        class_name=class_name,
        period=PERIOD,
        students=24,
        compared=True,
        note="",
        figures=(
            ComparedFigure("accuracy", "Accuracy", "percent", 66.40625, 71.2, 38.0, 22),
            ComparedFigure("questions", "Questions answered", "questions", 128, 101.5, 70.8, 24),
            ComparedFigure("time", "Time spent", "minutes", 405.0, 380.2, 58.3, 24),
            ComparedFigure("xp", "XP", "XP", 1240.0, 990.0, 79.2, 24),
            ComparedFigure("active_days", "Active days", "days", 9, 10.6, 40.0, 24),
            ComparedFigure("average_score", "Average score", "percent", 52.0, None, None, 3),
        ),
        strengths=(
            RelativeSkill("place-value", "Place value", 95.0, 60, 80.0, 20, 15.0),
        ),
        weaknesses=(
            RelativeSkill("adding-fractions", "Adding fractions", 45.0, 40, 66.0, 19, -21.0),
        ),
        xp_place=6,
        xp_places=24,
    )  # fmt: skip


def student_report(name: str = "Ana Lee", class_name: str = "7b Maths") -> StudentReport:
    due = datetime(2026, 11, 12, 22, 0, tzinfo=UTC)
    return StudentReport(
        student_id="s1",
        name=name,
        classes=(Named("c1", class_name),),
        period=PERIOD,
        as_of=AS_OF,
        data_as_of=DATA_AS_OF,
        note="",
        totals=Totals(28, 9, 128, 85, 66.40625, 22, 405.0, 1240.0),
        before=Totals(28, 14, 150, 108, 72.0, 25, 500.0, 1500.0),
        current_streak_days=0,
        highest_streak_days=6,
        skill_states=StateCounts(1, 2, 1, 1),
        skills=STANDINGS,
        weak_skills=(
            WeakSkill(
                STANDINGS[0],
                (SkillGap("equal-parts", "Equal parts", W, 12, 1),),
                ("Equal parts",),
            ),
        ),
        stuck_skills=(STANDINGS[0],),
        mastery_rule=RULE,
        trends=(
            trend(),
            trend("questions", values=(12, 40, 0, 76)),
            trend("engagement", values=(2, 3, 0, 4)),
        ),
        comparisons=(comparison(name, class_name),),
        average_score_percent=52.0,
        percentile=38.0,
        subjects=(
            SubjectAverage("Mathematics", 52.0, 4, 1),
            SubjectAverage("Physics", 71.5, 2, 0),
        ),
        exams=(ExamResult("Fractions test", "Mathematics", date(2026, 11, 5), 45.0, False),),
        strengths=(Strength("skill", "place-value", "Place value", 95.0, 60),),
        weaknesses=(Strength("skill", "adding-fractions", "Adding fractions", 45.0, 40),),
        assignment_counts=AssignmentCounts(3, 1, 2, 1),
        assignments=(
            Assignment("a1", "Worksheet 4", "Mathematics", "c1", due, None, "missed", None),
            Assignment("a2", "Worksheet 3", "Mathematics", "c1", due, due, "late", 80.0),
            Assignment("a3", "Worksheet 5", "Mathematics", "c1",
                       due + timedelta(days=14), None, "to_come", None),
        ),
        recent_activity=(
            Activity(date(2026, 11, 18), "practice", "Adding fractions", 12, 25.0, 50.0),
            Activity(date(2026, 11, 17), "video", "Mathematics", 3, 14.0, None),
        ),
        engagement=ENGAGEMENT,
        achievements=(
            Achievement("1,000 XP", 100.0, date(2026, 10, 19)),
            Achievement("Ten days in a row", 60.0, None),
        ),
        risk=RISK,
    )  # fmt: skip


def empty_student() -> StudentReport:
    """A student who has just joined: nothing is measured."""
    return replace(
        student_report(),
        note="There is nothing about her in this period yet.",
        data_as_of=None,
        totals=Totals(1, None, None, None, None, None, None, None),
        before=None,
        current_streak_days=None,
        highest_streak_days=None,
        skill_states=StateCounts(0, 0, 0, 0),
        skills=(),
        weak_skills=(),
        stuck_skills=(),
        trends=(),
        comparisons=(),
        average_score_percent=None,
        percentile=None,
        subjects=(),
        exams=(),
        strengths=(),
        weaknesses=(),
        assignment_counts=AssignmentCounts(0, 0, 0, 0),
        assignments=(),
        recent_activity=(),
        engagement=None,
        achievements=(),
        risk=None,
    )


TIME_TO_MASTERY = TimeToMastery(
    18,
    7,
    21.0,
    46.0,
    "7 of 18 mastered it; the median is 21 days and 46 answers, the others counted as not there "
    "yet",
)


def class_totals(name: str = "7b Maths", class_id: str = "c1", lift: float = 0.0) -> ClassTotals:
    return ClassTotals(
        class_id=class_id,
        name=name,
        subject="Mathematics",
        students=12,
        active_students=10,
        accuracy_percent=71.2 + lift,
        average_score_percent=64.0 + lift,
        engagement_percent=38.5,
        completion_percent=80.4,
        questions_per_student=101.5,
        minutes_per_student=380.2,
        xp_per_student=990.0,
        mastered_per_student=2.4,
        assignments_due=60,
        measured=(("accuracy_percent", 11), ("average_score_percent", 12)),
    )


def class_skills(names: tuple[str, ...] = SCRIPTS, class_name: str = "7b Maths") -> ClassSkills:
    summaries = tuple(
        SkillSummary(
            each.skill_id,
            each.name,
            each.subject,
            StateCounts(place, 4, 7 - place, 1),
            each.answers * 9,
            each.accuracy_percent,
            12 - place,
            1 if each.stuck else 0,
            TIME_TO_MASTERY,
        )
        for place, each in enumerate(STANDINGS)
    )
    rows = tuple(
        SkillRow(
            f"s{place}",
            name,
            tuple(
                SkillCell(each.skill_id, each.state, each.answers, each.accuracy_percent,
                          each.stuck)
                for each in (*STANDINGS[place % 5:], *STANDINGS[: place % 5])
            ),
        )
        for place, name in enumerate(names)
    )  # fmt: skip
    return ClassSkills(
        class_id="c1",
        class_name=class_name,
        as_of_day=date(2026, 11, 19),
        skills=summaries,
        students=rows,
        hardest=(summaries[0], summaries[1]),
        focus=(
            FocusSkill(
                "equal-parts",
                "Equal parts",
                "Mathematics",
                5,
                ("s1", "s2"),
                ("Adding fractions",),
                "5 of 12 students should begin here; it holds up Adding fractions",
            ),
        ),
        stuck=(SkillStudent("s1", names[0], STANDINGS[0]),),
        cycles=(),
        rule=RULE,
        note="",
    )


def ranked(place: int | None, name: str, accuracy: float | None, risk: str) -> RankedStudent:
    return RankedStudent(
        place=place,
        student_id=f"s{name[:1]}{place}",
        name=name,
        accuracy_percent=accuracy,
        questions=120 - (place or 100),
        average_score_percent=accuracy,
        minutes=300.0,
        xp=1000.0,
        active_days=9,
        completion_percent=80.0,
        mastered=2,
        risk_level=risk,
    )


def class_report(
    name: str = "7b Maths", students: tuple[str, ...] = SCRIPTS, *, other: str = "7c Maths"
) -> ClassReport:
    ranking = (
        *(
            ranked(place + 1, each, 95.0 - 6 * place, "low" if place < 8 else "high")
            for place, each in enumerate(students[:-1])
        ),
        ranked(None, students[-1], None, "unknown"),
    )
    return ClassReport(
        class_id="c1",
        name=name,
        subject="Mathematics",
        period=PERIOD,
        as_of=AS_OF,
        data_as_of=DATA_AS_OF,
        note="",
        totals=class_totals(name),
        before=class_totals(name, lift=3.0),
        distribution=Distribution(
            "accuracy",
            "Accuracy",
            tuple(
                Bin(10.0 * low, 10.0 * low + 10, n)
                for low, n in enumerate((0, 0, 0, 2, 1, 2, 3, 1, 1, 1))
            ),
            11,
            1,
            47.0,
            65.0,
            77.0,
        ),
        ranked_by="accuracy",
        ranking=ranking,
        top=ranking[:3],
        struggling=(
            StrugglingStudent("s9", students[-2], "high", 0.74, RISK.reasons),
            StrugglingStudent("s8", students[-3], "medium", 0.5, ("a reason",)),
        ),
        silent=(Named("s12", students[-1]),),
        skills=class_skills(students, name),
        trends=(trend(), trend("questions", values=(120, 400, 100, 760))),
        others=(class_totals(other, "c2", -4.0),),
    )


def skill_analytics(name: str = "Adding fractions", class_name: str = "7b Maths") -> SkillAnalytics:
    students = (
        SkillStudent("s1", "Ana Lee", STANDINGS[0]),
        SkillStudent("s2", "अमित शर्मा", STANDINGS[1]),
    )
    return SkillAnalytics(
        class_id="c1",
        class_name=class_name,
        skill_id="adding-fractions",
        name=name,
        subject="Mathematics",
        as_of_day=date(2026, 11, 19),
        states=StateCounts(3, 9, 6, 4),
        answers=412,
        least_answers=5,
        average_accuracy_percent=58.3,
        measured_students=16,
        time_to_mastery=TIME_TO_MASTERY,
        students=students,
        struggling=students[:1],
        stuck=students[:1],
        prerequisites=(PrerequisiteFinding("equal-parts", "Equal parts", 1, 6, 5, 4, 1, 3),),
        leads_to=("Dividing fractions",),
        cycles=(),
        rule=RULE,
        note="",
    )


def class_comparison(first: str = "7b Maths", second: str = "7c Maths") -> ClassComparison:
    return ClassComparison(
        period=PERIOD,
        as_of=AS_OF,
        first=class_totals(first),
        second=class_totals(second, "c2", -9.0),
        compared=True,
        note="",
        figures=(
            ComparedClasses("accuracy", "Accuracy", "percent", 71.2, 62.2, 9.0, 1.2, 16.8, True),
            ComparedClasses("engagement", "Days active", "percent", 38.5, 38.5, 0.0, -6.0, 6.0,
                            False),
            ComparedClasses("xp", "XP per student", "XP", 990.0, 990.0, 0.0, -90.0, 90.0, False),
            ComparedClasses("score", "Average score", "percent", 64.0, None, None, None, None,
                            None),
        ),
    )  # fmt: skip


def board(title: str = "Your students", name: str = "Check-in") -> Board:
    """A dashboard with both charts."""
    return Board(
        kind="Nudging dashboard",
        title=title,
        period=PERIOD,
        as_of=AS_OF,
        data_as_of=DATA_AS_OF,
        lines=("12 nudges sent, about 9 students.", f"Best: {name}."),
        sections=(
            Section("By rule", ("Rule", "Nudges"), (row(name, (12, "")),), (f"Of {name}.",)),
            Section(
                "By week", ("Week from", "Nudges"), (row("2026-11-12", (5, "")),), printed=False
            ),
        ),
        charts=(
            effects_chart([Arms(name, 60, 40, 5, 33), Arms("Reminder", 38, 41, -15, 10)]),
            sent_chart([(date(2026, 11, 5), 7), (date(2026, 11, 12), 5)], title),
        ),
        caution="Drawn by lot.",
    )
