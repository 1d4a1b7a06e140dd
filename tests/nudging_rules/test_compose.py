"""Messages in words: for a student, several at once, a class, a widget, and a teacher."""

from __future__ import annotations

import re
from collections.abc import Callable
from contextlib import suppress
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from message_words import FIGURES, NOW, composer, facts, rule, template

from nudgebot.insight.catalogue import METRIC
from nudgebot.markup import esc
from nudgebot.nudging import rule as words
from nudgebot.nudging.compose import Composer
from nudgebot.nudging.facts import GroupFacts
from nudgebot.nudging.length import LONGEST
from nudgebot.nudging.mentor_alert import Alert, alert, digest
from nudgebot.nudging.rendering import CompositionError, UnknownFigureError
from nudgebot.nudging.resources import Resource
from nudgebot.nudging.rule import All, AppliesTo, Delivery, Not, Urgency
from nudgebot.nudging.rule_book import RuleBook
from nudgebot.nudging.samples import figures
from nudgebot.nudging.study_plan import MOST_DAYS, PlanDay, WeakSkill, Work, study_plan
from nudgebot.nudging.templates import BY_HAND

ROOT = Path(__file__).parents[2]
Check = words.Test
Golden = Callable[[str, str], None]


@pytest.fixture(scope="module")
def book() -> RuleBook:
    """The rules and templates that come with the project."""
    made = RuleBook(ROOT / "rules", ROOT / "message_templates")
    assert made.reload_if_changed(NOW).taken
    return made


def _body(source: str, figures: dict[str, Any] | None = None, **other: Any) -> str:
    return str(composer(hello=source).compose(rule(), facts(figures, **other)).body)


@pytest.mark.parametrize(
    ("source", "text"),
    [
        pytest.param("{{ first_name }} {{ class_name }}", "Ana 7b", id="names"),
        pytest.param("{{ overdue_assignment_title }}", "Essay &#42;1&#42;", id="escaped"),
        pytest.param("{{ 'a *' ~ overdue_assignment_title }}",
                     esc("a *Essay *1*"), id="escaped after joining"),
        pytest.param("{{ highest_streak | counted('day', 'days') }}", "9 days", id="many"),
        pytest.param("{{ overdue_days | counted('day', 'days') }}", "1 day", id="one"),
        pytest.param("{{ average_score }} {{ average_score | whole }}", "52.4 52", id="numbers"),
        pytest.param("{{ completion_rate }} {{ video_completion_rate | percent }}", "20 20",
                     id="shares"),
        pytest.param("{{ struggling_subjects }}", "Mathematics and English", id="list"),
        pytest.param("{{ exam_day }}", "Tuesday, 24 November", id="day"),
        pytest.param("{{ data_as_of }}", "<time:2026-11-19T12:30:00Z>", id="time"),
        pytest.param("**{{ call_to_action }}**", "**Come in**", id="call"),
        pytest.param("{{ days_until_exam }} {{ exam_title }} {{ exam_subject }}",
                     "5 Fractions test Mathematics", id="exam"),
        pytest.param("{% if xp is none %}unknown{% endif %}", "unknown", id="asked for none"),
    ],
)  # fmt: skip
def test_values_are_put_in_as_people_write_them(source: str, text: str) -> None:
    """Numbers, lists, days and names come out readable, and outside text disarmed."""
    assert _body(source) == text


def test_a_language_has_its_own_days_lists_and_commas() -> None:
    """A German wording counts and dates in German."""
    body = "{{ exam_day }}, {{ struggling_subjects }}, {{ average_score }}"
    german = f"---\ntitle: H\ncall_to_action: J\n---\n{body}\n"
    made = composer(hello="x", hello__de=german).compose(rule(), facts(language="de"))
    assert made.body == "Dienstag, 24. November, Mathematics und English, 52,4"
    assert (made.language, made.template_id, made.tone) == ("de", "hello", "warm")


@pytest.mark.parametrize(
    "source",
    [
        pytest.param("{{ xp }}", id="shown"),
        pytest.param("{{ xp | whole }}", id="through a filter"),
        pytest.param("{{ xp | counted('point', 'points') }}", id="counted"),
        pytest.param("{{ current_streak or none }}", id="none on purpose"),
    ],
)
def test_an_unknown_figure_stops_the_message(source: str) -> None:
    """`None` is never printed; the reason names the figure and no student."""
    with pytest.raises(UnknownFigureError, match="Template `hello` needs a figure") as caught:
        _body(source)
    assert "Ana" not in str(caught.value)


@pytest.mark.parametrize(
    "source",
    [
        pytest.param("{{ xp + 1 }}", id="sum with unknown"),
        pytest.param("{{ 1 / current_streak }}", id="division by zero"),
        pytest.param("{{ first_name.nothing }}", id="no such attribute"),
    ],
)
def test_what_cannot_be_computed_stops_the_message(source: str) -> None:
    """No fault reaches a student."""
    with pytest.raises(CompositionError):
        _body(source)


hostile = st.text(st.sampled_from("@*_`[]()<>#|~$:/\\!.-+=&;a b\n"), min_size=1).filter(str.strip)


@settings(deadline=None)
@given(hostile)
def test_no_name_reaches_a_message_unescaped(name: str) -> None:
    """Whatever the LMS calls people and things, a message shows it and does nothing."""
    source = "{{ first_name }}|{{ weakest_skill }}|{{ subjects }}|{{ teacher }}"
    made = composer(hello=source).compose(
        rule(personalize_by_subject=True),
        facts({"weakest_skill": name}, first_name=name.strip(), teacher=name, subjects=(name,)),
    )
    assert made.body == "|".join([esc(name)] * 4)


def test_subjects_are_named_where_the_rule_says_so() -> None:
    """`personalize_by_subject` names them, within those that the rule is for."""
    source = "{% if subjects is none %}some{% else %}{{ subjects }}{% endif %}"
    one = composer(hello=source)
    named = rule(personalize_by_subject=True)
    assert one.compose(rule(), facts()).body == "some"
    assert one.compose(named, facts()).body == "Mathematics and English"
    only = replace(named, applies_to=AppliesTo(subjects=("english",)))
    assert one.compose(only, facts()).body == "English"


def test_resources_of_the_subjects_come_below() -> None:
    """`include_resources` lists what the school has for them; titles are disarmed."""
    one = composer(
        Resource("Mathematics", "Book *A*", "https://a.example/b"),
        Resource("Music", "no"),
        hello="x",
        resources=template(
            "{% for each in resources %}\n- {{ each.text }}\n{% endfor %}", category="part"
        ),
    )
    made = one.compose(rule(include_resources=True), facts())
    assert made.body == "x\n\n- [Book &#42;A&#42;](https://a.example/b)"
    assert one.compose(rule(), facts()).body == "x"
    assert one.compose(rule(include_resources=True), facts(subjects=("Art",))).body == "x"


PLAN = template("{% for each in plan %}\n{{ each.work }} {{ each.skill }};\n{% endfor %}",
                category="part")  # fmt: skip


@pytest.mark.parametrize(
    ("figures", "skills", "body"),
    [
        pytest.param({"upcoming_exam_days": 3}, (WeakSkill("A"),),
                     "x\n\npractise A;\npractise A;\nreview ;", id="three days"),
        pytest.param({"upcoming_exam_days": 1}, (), "x\n\npractise Fractions;",
                     id="the figures' one weak skill"),
        pytest.param({"upcoming_exam_days": 1, "weakest_skill": None}, (), "x\n\noverview ;",
                     id="no weak skill"),
        pytest.param({"upcoming_exam_days": 0}, (), "x", id="today"),
        pytest.param({"upcoming_exam_days": None}, (), "x", id="no exam"),
    ],
)  # fmt: skip
def test_a_study_plan_comes_below(
    figures: dict[str, Any], skills: tuple[WeakSkill, ...], body: str
) -> None:
    """`include_study_plan` adds the days up to the exam."""
    one = composer(hello="x", study_plan=PLAN)
    made = one.compose(rule(include_study_plan=True), facts(figures, skills=skills))
    assert made.body == body


days = st.dates(date(2026, 1, 1), date(2026, 12, 31))


@settings(deadline=None)
@given(days, st.integers(-3, 40), st.integers(0, 8), st.frozensets(days, max_size=5))
def test_a_plan_keeps_to_its_days(
    today: date, ahead: int, count: int, free: frozenset[date]
) -> None:
    """Every day lies between today and the exam, none is free, and the weakest skill leads."""
    exam = today + timedelta(days=ahead)
    skills = [WeakSkill(f"S{number}") for number in range(count)]
    plan = study_plan(today, exam, skills, free_days=free)
    planned = [each.day for each in plan]
    assert planned == sorted(set(planned))
    assert all(today <= day < exam and day not in free for day in planned)
    assert len(plan) == min(
        MOST_DAYS, sum(today + timedelta(days=n) not in free for n in range(ahead))
    )
    named = [each.skill for each in plan if each.work is Work.PRACTISE]
    assert all(named.count("S0") >= named.count(skill) for skill in set(named))
    if named:
        assert named[0] == "S0"


def test_the_plan_repeats_on_the_last_day() -> None:
    """Four days and two skills: each twice would leave nothing to repeat, so the last repeats."""
    first = date(2026, 11, 19)
    plan = study_plan(first, first + timedelta(days=4), [WeakSkill("A"), WeakSkill("B")])
    assert plan == (
        PlanDay(first, Work.PRACTISE, "A", 10),
        PlanDay(first + timedelta(days=1), Work.PRACTISE, "B", 10),
        PlanDay(first + timedelta(days=2), Work.PRACTISE, "A", 10),
        PlanDay(first + timedelta(days=3), Work.REVIEW),
    )


def test_several_nudges_are_one_message() -> None:
    """One greeting, the most urgent first, and the same words only once."""
    one = composer(hello="hello", other="other")
    low = one.compose(rule(), facts())
    high = one.compose(rule(message_template="other", urgency=Urgency.HIGH), facts())
    assert one.join([low, high, low]) == "Hi Ana: other\n\nhello [<time:2026-11-19T12:30:00Z>]"
    assert one.join([low]) == low.text


def test_no_message_is_longer_than_zulip_takes() -> None:
    """A long one ends early, and still says as of when it is."""
    one = composer(hello="{{ weakest_skill }}")
    made = one.compose(rule(), facts({"weakest_skill": "*long* " * 5000}))
    assert len(made.text) <= LONGEST
    assert made.text.endswith("[<time:2026-11-19T12:30:00Z>]")
    assert len(one.join([made, made])) <= LONGEST


def test_a_message_by_hand_stands_alone() -> None:
    """What a teacher sends has no frame around it, and can be asked for in a language."""
    assert composer(hello="Hey {{ first_name }}").message("hello", facts()).text == "Hey Ana"
    with pytest.raises(CompositionError, match="no message template `gone`"):
        composer(hello="x").message("gone", facts())


def test_a_nameless_student_gets_no_message() -> None:
    """Without any name there is nobody to greet; a full name will do."""
    one = composer(hello="x")
    assert one.compose(rule(), facts(first_name=" ")).text.startswith("Hi Ana Sofía Lind: ")
    with pytest.raises(CompositionError, match="no name"):
        one.compose(rule(), facts(first_name="", full_name=""))


CLASS = GroupFacts(
    class_name="7b", figures={"upcoming_exam_title": "Test", "upcoming_exam_days": 2},
    as_of=NOW, data_as_of=NOW,
)  # fmt: skip


def test_a_group_notice_names_nobody() -> None:
    """It may tell of the class and its exam; a template that tells of a student is refused."""
    group = rule(delivery_method=Delivery.GROUP_NOTIFICATION)
    one = composer(hello="{{ class_name }}: {{ exam_title }} in {{ days_until_exam }} days")
    assert one.group_notice(group, CLASS) == "7b: Test in 2 days"
    for personal in ("first_name", "average_score", "subjects"):
        with pytest.raises(CompositionError, match=f"not for groups: it uses {personal}"):
            composer(hello=f"{{{{ {personal} }}}}").group_notice(group, CLASS)


def test_a_widget_is_short() -> None:
    """A dashboard's entry has a title, an urgency and little text."""
    entry = composer(hello="{{ weakest_skill }}").widget(
        rule(), facts({"weakest_skill": "word " * 400})
    )
    assert (entry.title, entry.urgency, entry.student_id) == ("Hello", Urgency.MEDIUM, "s1")
    assert len(entry.text) <= 600


WEAK = All(
    (
        Check("average_score", "less_than", 60),
        Check("risk_level", "in", ("high", "critical")),
        Not(Check("highest_streak", "less_than", 3)),
        Check("xp", "is_unknown", True),
    )
)


def test_an_alert_tells_the_numbers_behind_it() -> None:
    """A teacher can check every reason; what did not hold is not told; the risk stands apart."""
    found = alert(rule(WEAK), facts({"video_completion_rate": None, "xp": None}))
    assert found.reasons == ("average 52\u00a0%", "XP not known")
    assert (found.student, found.title) == ("**Ana Sofía Lind** (7b)", "Hello &#42;rule&#42;")
    assert found.risk_level == "high"


def test_what_only_says_how_much_there_is_is_left_out() -> None:
    """Nineteen exams are no reason to worry; where there is nothing else, they are told."""
    evidence = Check("recent_exam_count", "greater_than", 2)
    low = Check("average_score", "less_than", 60)
    assert alert(rule(All((evidence, low))), facts()).reasons == ("average 52\u00a0%",)
    assert alert(rule(evidence), facts()).reasons == ("3 exams in 90 days",)


def _about(number: int, *, level: str = "low", score: float = 0.4, **changes: Any) -> Alert:
    made = alert(
        rule(WEAK, urgency=changes.pop("urgency", Urgency.LOW)),
        facts({"risk_level": level, "risk_score": score},
              student_id=f"s{number}", full_name=f"Student {number:03}"),
    )  # fmt: skip
    return replace(made, **changes)


def _shown(text: str) -> list[int]:
    return [int(number) for number in re.findall(r"\*\*Student (\d+)\*\*", text)]


def test_a_digest_begins_with_whom_it_is_most_about() -> None:
    """What cannot wait, then the level of risk, the rule's urgency, the score, the name."""
    alerts = [
        _about(1, level="medium", score=0.5),
        _about(2, level="medium", score=0.6),
        _about(3, level="medium", score=0.6),
        _about(4, level="critical", score=0.9),
        _about(5, level="high", score=0.7),
        _about(6, level="medium", score=0.5, urgency=Urgency.HIGH),
        _about(7, level="low", urgency=Urgency.CRITICAL),
        _about(8, level="unknown", score=0),
    ]
    text = digest(alerts)
    assert _shown(text) == [7, 4, 5, 6, 2, 3, 1, 8]
    assert text.splitlines()[0] == "**8 students need your attention**, the highest risk first."
    assert re.findall(r"^\*\*\S+ (?!students)(.*)\*\*$", text, re.MULTILINE) == [
        "At once", "Risk critical", "Risk high", "Risk medium", "Risk not measured yet",
    ]  # fmt: skip
    assert digest(alerts[::-1]) == text


def test_a_student_is_in_a_digest_once() -> None:
    """With the main reasons of all her alerts, on one short line."""
    alerts = [
        _about(1, reasons=("one", "two", "three")),
        _about(1, rule_id="b", reasons=("one", "four"), urgency=Urgency.HIGH),
        _about(1, rule_id="c", reasons=("five",)),
        _about(2, reasons=()),
    ]
    text = digest(alerts)
    assert "- **Student 001** (7b): one, four, five `why s1`" in text.splitlines()
    assert "- **Student 002** (7b): Hello &#42;rule&#42; `why s2`" in text.splitlines()
    routed = [
        _about(1, rule_id="a", reasons=("hers",), routed=True),
        _about(1, rule_id="b", reasons=("yours",)),
        _about(2),
    ]
    assert "- **Student 001** (7b) ✋: yours, hers `why s1`" in digest(
        [replace(each, also_told=False) for each in routed]
    )


def test_a_digest_is_short_and_folds_up_the_rest() -> None:
    """Ten students are shown; the others are counted, and a tap opens them."""
    text = digest([_about(n, level="high" if n < 12 else "low") for n in range(14)])
    shown, folded = text.split("```spoiler and 4 more: risk high 2, low 2\n")
    assert (_shown(shown), _shown(folded)) == (list(range(10)), [10, 11, 12, 13])
    assert folded.splitlines()[4] == "```"


def test_a_digest_never_outgrows_a_message() -> None:
    """Whom there is no room for is counted; a name of any length is cut."""
    alerts = [_about(number) for number in range(200)]
    text = digest(alerts, at_most=3000)
    assert len(text) <= 3000
    left = 200 - len(_shown(text))
    assert f"… and {left} for whom there is no room here: risk low {left}." in text
    long = replace(_about(1), student_id="s2")
    endless = alert(rule(WEAK), facts(student_id="s3", full_name="*" * 20_000))
    assert len(digest([long, endless])) < 2000


@pytest.mark.parametrize(
    ("alerts", "says"),
    [
        pytest.param([_about(1, also_told=True)],
                     "I am writing to the student as well.", id="told"),
        pytest.param([_about(1, also_told=False)],
                     "I did not write to the student.", id="not told"),
        pytest.param([_about(1, also_told=False, routed=True)],
                     "I did not write to the student: at critical risk a person comes first.",
                     id="a person first"),
        pytest.param([_about(1, also_told=True, routed=True)],
                     "I am writing to the student as well.", id="told by another rule"),
    ],
)  # fmt: skip
def test_an_alert_says_whether_the_student_was_written_to(alerts: list[Alert], says: str) -> None:
    """Only what is true: another rule may write to her in the same minute."""
    assert f"\n{says} `why s1`" in digest(alerts)
    both = digest([*alerts, _about(2, also_told=True)])
    assert ("Student 001** (7b) ✋:" in both) == ("a person" in says)
    assert ("✋ not written to" in both) == ("a person" in says)


def test_a_student_id_that_cannot_be_typed_is_not_offered() -> None:
    """An id with marks in it would break out of its code span."""
    found = alert(rule(WEAK), facts(student_id="s`1"))
    assert "`why <student>`" in digest([found])
    assert "s`1" not in digest([found, replace(found, student_id="s2")])


@pytest.mark.parametrize("language", ["en", "de"])
def test_the_shipped_nudges_read_like_this(book: RuleBook, golden: Golden, language: str) -> None:
    """Every rule's message as a student gets it, each below 120 words of its own."""
    written = [book.composer.compose(each, facts(language=language)) for each in book.rules.rules]
    for made in written:
        own = re.sub(
            r"\*\*(This may|Das kann|A plan|Ein Plan).*?\n\n.*?\n\n", "", made.text, flags=re.DOTALL
        )
        assert len(own.split()) < 120, own
    assert {made.language for made in written} == {language}
    golden(
        f"messages/nudges.{language}.md",
        "\n".join(f"## {made.rule_id}\n\n{made.text}\n" for made in written),
    )
    golden(f"messages/several.{language}.md", book.composer.join(written[:3]) + "\n")


def test_the_shipped_alerts_read_like_this(book: RuleBook, golden: Golden) -> None:
    """What a teacher gets for one student and for several."""
    both = Delivery.MENTOR_AND_STUDENT
    fired = [each for each in book.rules.rules if each.delivery_method is both]
    known = facts({"days_since_subject_activity": 6, "struggling_subjects_count": 2,
                   "subject_score_trend": "declining", "days_since_last_activity": 8})  # fmt: skip
    one = [alert(each, known) for each in fired]
    golden("messages/alert.md", digest(one) + "\n")
    other = facts(student_id="s2", full_name="Bo *Berg*", class_name="")
    low = next(each for each in fired if each.id == "low_performance_alert")
    golden("messages/digest.md", digest([*one, alert(low, other)]) + "\n")


def test_the_shipped_messages_by_hand_are_the_requirements(book: RuleBook, golden: Golden) -> None:
    """Requirement B's twelve wordings with their blanks filled in."""
    known = facts({"current_streak": 4})
    golden(
        "messages/by_hand.md",
        "".join(
            f"{base.title}: {book.composer.message(base.id, known).text}\n"
            for category in BY_HAND
            for base in book.templates.of_category(category)
        ),
    )


def test_singular_and_plural_fit(book: RuleBook) -> None:
    """One day, one video, one assignment, and an exam today or tomorrow."""
    one = {"highest_streak": 1, "videos_started": 1, "days_since_last_activity": 1,
           "overdue_assignments": 1, "score_change": 1.0, "upcoming_exam_days": 1}  # fmt: skip
    text = "\n".join(book.composer.compose(each, facts(one)).text for each in book.rules.rules)
    for phrase in ("1 day in a row", "started 1 video ", "been 1 day since", "1 assignment is",
                   "1 point above", "is tomorrow."):  # fmt: skip
        assert phrase in text
    assert "1 days" not in text
    exam = next(each for each in book.rules.rules if each.include_study_plan)
    assert "is today." in book.composer.compose(exam, facts({"upcoming_exam_days": 0})).text


@pytest.mark.parametrize(
    ("template_id", "figures", "says"),
    [
        pytest.param("encouragement_streak", {"current_streak": 7}, "on a 7-day streak", id="a"),
        pytest.param("encouragement_streak", {"current_streak": 8}, "on an 8-day streak", id="an"),
        pytest.param("encouragement_streak", {"current_streak": 11}, "an 11-day", id="eleven"),
        pytest.param("encouragement_streak", {"current_streak": 80}, "an 80-day", id="eighty"),
        pytest.param("encouragement_streak", {"current_streak": 100}, "a 100-day", id="hundred"),
        pytest.param("low_performance_support", {"average_score": 29.4}, "hard going. That can",
                     id="no number that only hurts"),
        pytest.param("low_performance_support", {"average_score": 30.0}, "average is 30% at",
                     id="a number to start from"),
        pytest.param("overdue_was_due", {"overdue_days": 0}, "was due today", id="due today"),
        pytest.param("overdue_was_due", {"overdue_days": 2}, "was due 2 days ago", id="two days"),
    ],
)  # fmt: skip
def test_awkward_numbers_read_well(
    book: RuleBook, template_id: str, figures: dict[str, Any], says: str
) -> None:
    """Articles, kindness and days fit the number."""
    assert says in book.composer.message(template_id, facts(figures)).text


def test_german_counts_too(book: RuleBook) -> None:
    """One point and one day are singular, and a percent sign stays with its number."""
    praise = book.composer.message(
        "improvement_praise", facts({"score_change": 1.2}), language="de"
    )
    assert "das ist 1 Punkt mehr" in praise.text
    assert "81\u00a0%" in praise.text
    streak = book.composer.message(
        "streak_break_recovery", facts({"highest_streak": 1}), language="de"
    )
    assert "Deine längste Serie war 1 Tag am Stück" in streak.text


@pytest.mark.parametrize("size", [0, 1, 2, 8, 21, 100, 1_234_567])
def test_every_template_reads_well_with_any_number(book: RuleBook, size: int) -> None:
    """No `1 days` and no `2 day`, no power of ten, no percent sign that begins a line."""
    awkward = facts(figures(METRIC, size, "Art"))
    read = 0
    for variants in book.templates.by_id.values():
        for each in variants:
            with suppress(UnknownFigureError):  # such a message is not sent
                text = book.composer.fill(each, awkward) if each.category != "part" else ""
                read += bool(text)
                assert not re.search(r"\b1 (days|points|videos|assignments|Tage|Punkte)\b", text)
                singular = re.findall(r"\b(\d+) (?:day|point|video|assignment)\b", text)
                assert set(singular) <= {"1"}
                assert "e+" not in text
                assert " %" not in text
    assert read > 10


@pytest.mark.parametrize(
    ("value", "text"),
    [
        pytest.param(1_234_567, "1234567 XP", id="a million"),
        pytest.param(1_234_567.0, "1234567 XP", id="a million with a fraction of nothing"),
        pytest.param(2.54, "2.5 XP", id="one decimal"),
        pytest.param(-0.01, "0 XP", id="nearly nothing"),
    ],
)
def test_large_numbers_stay_numbers(value: float, text: str) -> None:
    """Nobody reads 1.2e+06."""
    assert _body("{{ xp | counted('XP', 'XP') }}", {"xp": value}) == text
    assert _body("{{ xp }} XP", {"xp": value}) == text


def test_a_composer_uses_the_words_in_force(book: RuleBook) -> None:
    """The rule book's composer asks it each time, so that a reload needs no new wiring."""
    assert isinstance(book.composer, Composer)
    assert book.composer.message("inactive_miss_you", facts()).text.startswith("Hey Ana")
    assert FIGURES["current_streak"] == 0
