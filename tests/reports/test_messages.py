"""Messages: compact, kind, exact, and harmless whatever the names are."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st
from markdown_it import MarkdownIt

from nudgebot.insight.report_data import (
    AssignmentCounts,
    DateRange,
    StrugglingStudent,
    SubjectAverage,
    for_students,
)
from nudgebot.reports.contents.kinds import contents
from nudgebot.reports.contents.section import told
from nudgebot.reports.figures import in_state, resting
from nudgebot.reports.markdown import (
    Parts,
    class_message,
    comparison_message,
    skill_message,
    skills_message,
    student_message,
    trend_message,
)
from nudgebot.reports.messages.parts import Block, bullets, span
from nudgebot.reports.names import sentence

from .samples import (
    DATA_AS_OF,
    HOSTILE,
    SCRIPTS,
    STANDINGS,
    class_comparison,
    class_report,
    class_skills,
    comparison,
    empty_student,
    skill_analytics,
    student_report,
    trend,
)

URL = "/user_uploads/2/d0/chart.png"
# From a person's and a class's name.
MESSAGES: dict[str, Callable[[str, str], Parts]] = {
    "student": lambda who, group: student_message(student_report(who, group)),
    "class": lambda who, group: class_message(class_report(group, (who, *SCRIPTS))),
    "trend": lambda who, _: trend_message(trend(), who, data_as_of=DATA_AS_OF),
    "skills": lambda who, group: skills_message(
        class_skills((who, *SCRIPTS), group), data_as_of=DATA_AS_OF
    ),
    "skill": lambda _, group: skill_message(
        skill_analytics(class_name=group), data_as_of=DATA_AS_OF
    ),
    "comparison": lambda who, group: comparison_message(comparison(who, group)),
    "classes": lambda _, group: comparison_message(class_comparison(group)),
}
kinds = pytest.mark.parametrize("kind", MESSAGES)


@kinds
def test_what_a_teacher_reads(kind: str, golden: Callable[[str, str], None]) -> None:
    """The whole message, as it is sent with its picture."""
    golden(f"reports/{kind}.md", MESSAGES[kind]("Ana Lee", "7b Maths").text(URL) + "\n")


def test_what_is_said_of_a_student_who_has_just_joined(
    golden: Callable[[str, str], None],
) -> None:
    """Nothing is measured, and that is what it says: no zeros, no empty table, no picture."""
    parts = student_message(empty_student())
    assert parts.chart is None
    assert parts.table == ""
    assert " 0 " not in parts.text()
    golden("reports/student-new.md", parts.text(URL) + "\n")


@kinds
def test_names_do_nothing_in_a_message(kind: str) -> None:
    """A hostile name mentions nobody, links nowhere, opens no fence and splits no table."""
    text = MESSAGES[kind](HOSTILE, HOSTILE).text(URL)
    assert "@**" not in text
    assert "](" not in text.replace(f"]({URL})", "")
    assert "\u202e" not in text
    fences = [line for line in text.splitlines() if line.startswith("```")]
    assert len(fences) % 2 == 0
    assert all(line.startswith("```spoiler ") for line in fences[::2])
    assert set(fences[1::2]) <= {"```"}
    html = MarkdownIt("commonmark", {"html": True}).enable("table").render(_opened(text))
    assert "<b>" not in html
    for row in re.findall(r"(?s)<table>.*?</table>", html):
        heads = row.count("<th>")
        assert all(
            line.count("<td>") == heads for line in re.findall(r"(?s)<tr>\n<td>.*?</tr>", row)
        )


def _opened(text: str) -> str:
    """The message with its spoilers open: what is inside is Markdown too."""
    return re.sub(r"^```.*$", "", text, flags=re.MULTILINE)


@kinds
def test_a_message_has_one_picture_or_none(kind: str) -> None:
    """Without an address there is neither a link nor the words that belong to the picture."""
    parts = MESSAGES[kind]("Ana Lee", "7b Maths")
    assert parts.chart is not None
    assert parts.text(URL).count(URL) == 1
    assert "The chart in words" in parts.text(URL)
    assert "The chart in words" not in parts.text()


def test_the_greatest_class_fits_into_a_message() -> None:
    """Two hundred students with long names and eighty skills stay under Zulip's limit."""
    names = tuple(f"{HOSTILE} {place}" * 3 for place in range(200))
    report = class_report(HOSTILE * 3, names)
    skills = report.skills
    many = replace(
        report,
        skills=replace(skills, skills=skills.skills * 16, hardest=skills.skills * 2),
        silent=report.silent * 90,
        struggling=tuple(
            StrugglingStudent("s", name, "high", 0.8, (HOSTILE * 9,) * 9) for name in names[:10]
        ),
        others=report.others * 30,
    )
    for parts in (class_message(many), skills_message(many.skills)):
        text = parts.text(URL)
        assert len(text) < 10_000
        assert text.count("```") % 2 == 0


def test_the_longest_student_fits_into_a_message() -> None:
    """So does a student with a hundred skills, assignments and things done lately."""
    report = student_report(HOSTILE * 3, HOSTILE * 3)
    skills = tuple(replace(each, name=HOSTILE * 3) for each in STANDINGS) * 20
    work = tuple(replace(each, title=HOSTILE * 3) for each in report.assignments) * 30
    long = replace(
        report,
        skills=skills,
        stuck_skills=skills[:9],
        assignments=work,
        recent_activity=report.recent_activity * 30,
        exams=report.exams * 30,
        classes=report.classes * 3,
    )
    assert len(student_message(long).text(URL)) < 10_000


def test_a_group_that_is_too_small_is_not_compared() -> None:
    """The answer says so, and shows no figures of so few."""
    note = "7b Maths has 3 students; groups under five are not compared."
    small = replace(comparison(), compared=False, note=note, figures=(), students=3)
    parts = comparison_message(small)
    assert note in parts.text(URL)
    assert (parts.table, parts.chart) == ("", None)
    report = replace(student_report(), comparisons=(small,))
    assert note in student_message(report).text()
    two = replace(class_comparison(), compared=False, note=note, figures=())
    assert (comparison_message(two).table, comparison_message(two).chart) == ("", None)


def test_the_place_in_xp_is_for_teachers_only() -> None:
    """What a student may see does not name her place."""
    assert "6th of 24 in XP" in comparison_message(comparison()).text()
    assert "in XP" not in comparison_message(for_students(comparison())).text()


def test_a_trend_without_values_has_no_chart() -> None:
    """A sentence, no empty axes."""
    empty = replace(trend(values=(None, None), counts=(0, 0)), text="There is no practice.")
    parts = trend_message(empty, "Ana Lee")
    assert (parts.table, parts.chart) == ("", None)
    assert "There is no practice." in parts.text(URL)


def test_long_trends_show_the_newest_at_once() -> None:
    """Six rows are seen, the others are under the spoiler."""
    values = tuple(float(each) for each in range(30))
    parts = trend_message(trend(values=values, counts=(9,) * 30), "Ana Lee")
    assert parts.table.count("\n") == 7
    assert parts.blocks[0].title == "All 30 weeks"
    assert parts.blocks[0].body.count("\n") == 31


def test_a_class_without_skills_shows_how_its_figures_spread() -> None:
    """The picture is the distribution, and nothing is said of skills that are not there."""
    report = class_report()
    note = "7b Maths has no skill data."
    bare = replace(
        report, skills=replace(report.skills, skills=(), hardest=(), focus=(), note=note)
    )
    parts = class_message(bare)
    assert note in parts.head
    assert parts.chart is not None
    assert parts.chart.name == "distribution"
    assert "Skills the class struggles with" not in parts.text()


def test_a_student_without_skill_data_is_told_so() -> None:
    """Nothing is made up where the export has no skills."""
    bare = replace(student_report(), skills=(), weak_skills=(), stuck_skills=())
    text = student_message(bare).text()
    assert "There is no skill data." in text
    assert "mastered" not in text


def test_bars_without_height_are_no_picture() -> None:
    """Four weeks of nothing are said in words, with the table, and not drawn."""
    idle = trend("questions", values=(0, 0, 0, 0), counts=(0, 0, 0, 0))
    parts = trend_message(idle, "Ana Lee")
    assert parts.chart is None
    assert parts.table
    report = replace(student_report(), trends=(idle,), skills=())
    assert student_message(report).chart is None


def test_columns_in_which_nothing_is_measured_are_left_out() -> None:
    """A ranking by scores has no column of dashes for a practice that the school does not do."""
    report = class_report()
    bare = tuple(replace(each, accuracy_percent=None, xp=None) for each in report.ranking)
    text = class_message(replace(report, ranking=bare, top=bare[:3])).text()
    assert "|  | Student | Score | Questions |" in text


def test_blocks_that_do_not_fit_are_named_not_cut() -> None:
    """A message is never cut in the middle; it says where the rest is."""
    parts = Parts("head", blocks=(Block("long", "x" * 6_000), Block("longer", "y" * 6_000)))
    text = parts.text()
    assert "x" * 6_000 in text
    assert "y" not in text
    assert text.endswith("There is more in the PDF and in the CSV.")


def test_lists_say_how_many_more_there_are() -> None:
    assert bullets(["a", "b", "c"], most=2) == "- a\n- b\n- and 1 more"


@given(st.one_of(st.text(), st.text(alphabet="ab1. :()[]@*#&;/_|<`~\\$-!+")))
def test_no_sentence_begins_anything(text: str) -> None:
    """What stays unescaped in a sentence cannot mention, link, embed or mark up."""
    safe = sentence(text)
    assert not set("[]@*`<>|_~$\\/!+{}") & set(safe)
    assert "#" not in safe.replace("&#", "")
    assert ":" not in safe.replace(": ", "")
    assert not re.search(r"[^\W\d]\.[^\W\d]|\d\.\d+\.|\.\d*[^\W\d]", safe)


def test_sentences_stay_readable_and_harmless() -> None:
    """Colons and the full stop are the sentence's own; an outside name in it does nothing."""
    assert sentence("Mastered: 85 % or more.") == "Mastered: 85 % or more."
    assert "@**" not in sentence("Better than @**all**: [x](y): :smile: it.")
    assert ":smile:" not in sentence("x: :smile: y")


def test_the_cut_of_a_table_takes_what_is_not_started() -> None:
    """Twenty skills nobody began never push out the one with answers."""
    waiting = [replace(STANDINGS[-1], name=f"Waiting {place}") for place in range(20)]
    report = replace(student_report(), skills=(*waiting, STANDINGS[0]))
    text = student_message(report).text()
    assert text.index("| Adding fractions") < text.index("| Waiting 0")
    assert "and 6 more" in text


def test_a_missed_piece_alone_is_no_average() -> None:
    """What is not scored is said so, and not as 0 %."""
    report = replace(
        student_report(),
        subjects=(SubjectAverage("Mathematics", 0.0, 1, 1),),
        average_score_percent=0.0,
    )
    text = student_message(report).text()
    assert "Mathematics: nothing is scored yet; 1 piece of work was missed and counts as 0" in text
    assert "Average score of the last" not in text
    sections = {each.title: each for each in contents(report).sections}
    overview = {each.item: each.figures[0].value for each in sections["Overview"].rows}
    assert overview["Average score, 180 days"] is None
    assert sections["Subjects, 180 days"].rows[0].figures[0].value is None


def test_the_counts_of_assignments_are_those_of_the_table() -> None:
    """The line above the table counts its rows, those due after the period too."""
    report = replace(student_report(), assignment_counts=AssignmentCounts(9, 0, 0, 0))
    section = next(each for each in contents(report).sections if each.title == "Assignments")
    assert section.notes == ("0 handed in on time, 1 late, 1 missing, 1 to come.",)


@pytest.mark.parametrize(
    ("amount", "unit", "words"),
    [
        (43, "assignments due", "43 hand-ins due"),
        (1, "assignments due", "1 hand-in due"),
        (1, "skills started", "1 skill started"),
        (1, "active days", "1 active day"),
        (1200, "answers", "1,200 answers"),
    ],
)
def test_what_a_point_rests_on(amount: int, unit: str, words: str) -> None:
    """Assignments are counted once for each student, and one of anything is one."""
    assert resting(amount, unit) == words


@pytest.mark.parametrize(("amount", "words"), [(1, "1 needs work"), (5, "5 need work")])
def test_one_needs_and_five_need(amount: int, words: str) -> None:
    assert in_state(amount, "needs_work") == words


@pytest.mark.parametrize(
    ("first", "title", "words"),
    [
        pytest.param(20, "1 day", "20 Nov 2026", id="one day"),
        pytest.param(19, "99 day", "19 Nov 2026 to 20 Nov 2026 (99 days)", id="days"),
        pytest.param(19, "this term", "19 Nov 2026 to 20 Nov 2026 (this term)", id="a name"),
    ],
)
def test_how_a_period_is_told(first: int, title: str, words: str) -> None:
    """Alike in messages and on paper."""
    period = DateRange(date(2026, 11, first), date(2026, 11, 20), title)
    assert (told(period), span(period)) == (words, words)


def test_one_point_is_no_chart() -> None:
    """A single value is said in words."""
    assert trend_message(trend(values=(None, 55.0, None, None))).chart is None
    figures = comparison().figures
    alone = replace(comparison(), figures=(figures[0], *figures[5:]))
    assert comparison_message(alone).chart is None
    assert student_message(replace(student_report(), trends=(), skills=STANDINGS[:1])).chart is None
