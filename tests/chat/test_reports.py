"""Reports, trends, skills and comparisons in dialogues: who gets them, where, and what is said."""

from __future__ import annotations

import csv
import io
from datetime import datetime, timedelta

import pytest

from chat.lessons import CLASSMATES, fill, practise
from chat.town import ADMIN, ANA, CLASS_STREAM, NOW, OTTO, STAFF_STREAM, TARA, Town
from nudgebot.chat.commands import report
from nudgebot.chat.desk import ELSEWHERE
from nudgebot.chat.office import Office
from nudgebot.chat.reading import analytics
from nudgebot.chat.remembered import LONGEST
from nudgebot.chat.worded import worded
from nudgebot.insight.analytics import Analytics
from nudgebot.insight.report_data import ClassReport, StudentReport
from nudgebot.nudging.messages import Direct, InStream, Outgoing
from nudgebot.reports.markdown import Parts

STAFF, CLASS = InStream(STAFF_STREAM, "t"), InStream(CLASS_STREAM, "t")
EVERYBODY = {"s1", "s2", "s4", *CLASSMATES}
# Each command with words of its answer, its chart's file, and the students whom it shows.
COMMANDS = [
    pytest.param(
        "report student s1", "50 % right of 280", "accuracy-trend-s1", {"s1"}, id="report"
    ),
    pytest.param("report class 7B", "6 students", "skills-heatmap-c7b", EVERYBODY, id="class"),
    pytest.param(
        "trend student s1 accuracy", "no clear direction", "accuracy-trend-s1", {"s1"}, id="trend"
    ),
    pytest.param(
        "trend class 7B questions",
        "Questions answered",
        "questions-trend-c7b",
        EVERYBODY,
        id="bars",
    ),
    pytest.param("skills 7B", "3 skills", "skills-heatmap-c7b", EVERYBODY, id="skills"),
    pytest.param(
        "skill Fractions 7B",
        "1 of 6 students mastered",
        "skill-states-frac-c7b",
        EVERYBODY,
        id="one",
    ),
    pytest.param("compare student s1", "6th of 6 in XP", "place-in-class-s1", {"s1"}, id="compare"),
]


@pytest.fixture
def school(town: Town) -> Town:
    fill(town.store, NOW)
    return town


def words(sent: list[Outgoing]) -> str:
    """What is read: numbers and their signs are kept together by a space of their own kind."""
    return "\n".join(message.content for message in sent).replace("\u00a0", " ")


def charts(sent: list[Outgoing]) -> list[Outgoing]:
    return [message for message in sent if ".png)" in message.content]


def buttons(sent: list[Outgoing]) -> list[str]:
    return [button.reply for message in sent for button in message.buttons]


@pytest.mark.parametrize(("said", "says", "chart", "shown"), COMMANDS)
def test_in_a_direct_message(
    school: Town, said: str, says: str, chart: str, shown: set[str]
) -> None:
    """Words, one chart, and whose data they hold written down."""
    sent = school.say(TARA, said)
    assert says in words(sent[:1])
    assert len(sent[0].content) < 10_000
    assert {message.recipient for message in sent} == {Direct((TARA,))}
    assert len(charts(sent)) == 1
    ((name, data),) = school.zulip.uploads
    assert name == f"{chart}-2026-11-19.png"
    assert data.startswith(b"\x89PNG")
    assert seen_by(school, TARA) == shown


def seen_by(school: Town, user_id: int) -> set[str]:
    rows = school.store.rows("SELECT student_id FROM audit WHERE actor_user_id = ?", [user_id])
    return {row[0] for row in rows} - {None}  # None: shown nobody


@pytest.mark.parametrize(("said", "says", "chart", "shown"), COMMANDS)
def test_where_all_readers_may_see_it_it_is_in_the_stream(
    school: Town, said: str, says: str, chart: str, shown: set[str]
) -> None:
    """The chart, too: an upload can be opened by whoever can read the message that links it."""
    assert chart
    assert shown
    sent = school.say(TARA, f"@**nudgebot** {said}", STAFF)
    assert {message.recipient for message in sent} == {STAFF}
    assert says in words(sent[:1])
    assert len(charts(sent)) == 1


@pytest.mark.parametrize(("said", "says", "chart", "shown"), COMMANDS)
def test_with_a_student_among_the_readers_nothing_of_it_is_in_the_stream(
    school: Town, said: str, says: str, chart: str, shown: set[str]
) -> None:
    """Neither words nor link: all of it comes as a direct message."""
    assert shown
    school.say(TARA, f"@**nudgebot** {said}", CLASS)
    assert school.zulip.in_stream(CLASS_STREAM) == [ELSEWHERE]
    own = "\n".join(school.zulip.to(TARA)).replace("\u00a0", " ")
    assert says in own
    assert chart in own


@pytest.mark.parametrize(("said", "says", "chart", "shown"), COMMANDS)
def test_to_the_teacher_of_others_it_does_not_exist(
    school: Town, said: str, says: str, chart: str, shown: set[str]
) -> None:
    """The same words as for somebody who is not there, and no trace of having seen anything."""
    assert shown
    school.store.execute("UPDATE classes SET subject = 'Maths'")
    text = school.answer(OTTO, said)
    assert says not in text
    assert chart not in text
    assert "of yours by that name or id" in text
    assert seen_by(school, OTTO) == set()
    assert school.zulip.uploads == []


@pytest.mark.parametrize(
    "said", ["report student s2", "trend class 7B xp", "skills 7B", "compare class 7B 8A"]
)
def test_a_student_cannot_ask_for_it(school: Town, said: str) -> None:
    """It is a message to her teacher, as anything else is."""
    sent = school.say(ANA, said)
    own = [message.content for message in sent if message.recipient == Direct((ANA,))]
    assert not any("%" in text or "user_uploads" in text for text in own)
    assert seen_by(school, ANA) == set()


def test_two_classes_side_by_side(school: Town) -> None:
    """An admin may; a class under five is not compared, and that is said."""
    sent = school.say(ADMIN, "compare class 7B and 8A")
    assert "under five are not compared" in sent[0].content
    assert buttons(sent) == ["report class c7b", "report class c8a"]
    assert seen_by(school, ADMIN) == EVERYBODY | {"s3"}


@pytest.mark.parametrize(
    ("form", "begins"),
    [pytest.param("pdf", b"%PDF-", id="pdf"), pytest.param("csv", b"\xef\xbb\xbf", id="csv")],
)
@pytest.mark.parametrize(
    ("said", "name"),
    [
        pytest.param("report student s1", "student-s1", id="student"),
        pytest.param("report class 7B 7 days", "class-c7b", id="class"),
        pytest.param("skills 7B", "skills-c7b", id="skills"),
        pytest.param("skill frac 7B", "skill-frac-c7b", id="skill"),
        pytest.param("trend student s1 xp", "trend-s1-xp", id="trend"),
        pytest.param("compare student s1", "comparison-s1-c7b", id="compare"),
    ],
)
def test_after_any_report_it_can_be_had_as_a_file(
    school: Town, said: str, name: str, form: str, begins: bytes
) -> None:
    """One message with a link; its name says of what and when, and of nobody by name."""
    (sent,) = school.say(TARA, f"{said} {form}")
    ((uploaded, data),) = school.zulip.uploads
    assert uploaded == f"{name}-2026-11-19.{form}"
    assert data.startswith(begins)
    assert f"/{uploaded})" in sent.content


@pytest.mark.parametrize("form", ["pdf", "csv"])
def test_two_classes_side_by_side_as_a_file(school: Town, form: str) -> None:
    """The file is named by both classes, and all of their students are written down as seen."""
    (sent,) = school.say(ADMIN, f"compare class 7B and 8A 2 weeks {form}")
    ((uploaded, _),) = school.zulip.uploads
    assert uploaded == f"class-comparison-c7b-c8a-2026-11-19.{form}"
    assert "**7B** beside **8A**" in sent.content
    assert seen_by(school, ADMIN) == EVERYBODY | {"s3"}


def test_the_same_figures_in_message_and_table(school: Town) -> None:
    """What the message says of the period, the CSV holds."""
    text = words(school.say(TARA, "report student s1"))
    school.zulip.uploads.clear()
    school.say(TARA, "report student s1 csv")
    rows = list(csv.reader(io.StringIO(school.zulip.uploads[0][1].decode("utf-8-sig"))))
    cells = {cell.replace("\u00a0", " ") for row in rows for cell in row}
    for figure in ("50 %", "280", "1,400 XP", "4 h 40 min"):
        assert figure in text
        assert figure in cells


@pytest.mark.parametrize(
    ("said", "says"),
    [
        pytest.param("report student", "Name a student", id="nobody named"),
        pytest.param("report class", "Name a class", id="no class named"),
        pytest.param("trend", "Name somebody and a metric", id="nothing named"),
        pytest.param("skill", "Name a skill", id="no skill named"),
        pytest.param("compare class 7B", "Name two classes", id="one class"),
        pytest.param("compare class 7B c7b", "the same class", id="the same class twice"),
        pytest.param("compare class 7B 9Z", "no class of yours", id="a class not there"),
        pytest.param("report student s3", "no student of yours", id="another teacher's"),
        pytest.param("report student Ana", "Which student do you mean?", id="ambiguous"),
        pytest.param("trend student Ana xp", "`trend student s4 xp`", id="ambiguous for a trend"),
        pytest.param("compare student ana", "`compare student s4`", id="ambiguous to compare"),
        pytest.param(
            "report student s1 2026-11-10..2026-11-01", "begins after its end", id="back to front"
        ),
        pytest.param(
            "report class 7B 2027-01-01..2027-02-01", "lies in the future", id="in the future"
        ),
        pytest.param("trend class 7B xp since 2027-01-01", "lies in the future", id="from then on"),
        pytest.param("compare student s1 2027-01-01..2027-02-01", "in the future", id="compared"),
        pytest.param("report student s1 this term", "names no term", id="no term is known"),
        pytest.param("report student s1 99999 days", "from 1 to", id="too long"),
        pytest.param(
            "report student s1 2025-01-01..2025-01-31", "Nothing is recorded", id="before she came"
        ),
        pytest.param("trend student s1 xp 2025-01-01..2025-01-31", "not measured", id="no points"),
        pytest.param("trend student s1 accurcy", "Did you mean accuracy?", id="a metric misspelt"),
        pytest.param("trend student s1", "Which metric?", id="no metric"),
        pytest.param("trend class 7B karma 2 weeks", "`trend class 7B xp 2 weeks`", id="no such"),
        pytest.param("skill geometry", "Nobody in this class has practised", id="nobody tried it"),
        pytest.param("skill fractoins", "Did you mean `skill Fractions`?", id="a skill misspelt"),
        pytest.param("skill Fractions 8A", "no class of yours", id="not her class"),
        pytest.param("skill fracions 7B", "Did you mean `skill Fractions 7B`?", id="in a class"),
        pytest.param("skill fracions 7B pdf", "`skill frac 7B pdf`", id="and its button"),
        pytest.param("skill poem 7B", "7B does not work on Poems", id="another subject's"),
        pytest.param("report student s1 pdf csv", "the period `pdf`", id="two forms"),
        pytest.param("report student s1 last wek", "the period `last wek`", id="a period misspelt"),
        pytest.param("report student s1 7 dayz", "A period is `7 days`", id="a unit misspelt"),
        pytest.param("compare student s1 banana", "the period `banana`", id="no period"),
        pytest.param("report class 7B 7 dayz", "the period `7 dayz`", id="a class's period"),
        pytest.param("why s1 banana", "no student of yours", id="a command without a period"),
        pytest.param("report student s3 banana", "no student of yours", id="another's and more"),
        pytest.param("report student s5 extar", "mean S5 Extra?", id="a name, not a period"),
        pytest.param("compare class 7B 9Z", "`9Z`: I know no class of yours", id="which class"),
        pytest.param("compare class 9Z 7B", "`9Z`: I know no class of yours", id="which, first"),
        pytest.param("compare class 7X 9Z", "Yours are 7B", id="neither class"),
    ],
)
def test_bad_input_is_one_clear_sentence(school: Town, said: str, says: str) -> None:
    """It says what to do; no empty chart, no traceback, nothing to be written down as broken."""
    sent = school.say(TARA, said)
    text = words(sent)
    assert says in text
    assert "on my side" not in text
    assert charts(sent) == []


def test_a_misspelt_name_gets_a_suggestion_among_those_one_may_see(school: Town) -> None:
    """With the period that was asked for; to the teacher of others there is nobody like that."""
    school.store.execute("UPDATE students SET name = 'Beatrix Quill' WHERE student_id = 's5'")
    said = "report student Beatirx Quil 7 days"
    sent = school.say(TARA, said)
    assert "Did you mean Beatrix Quill?" in words(sent)
    assert buttons(sent) == ["report student s5 7 days"]
    assert seen_by(school, TARA) == {"s5"}
    text = school.answer(OTTO, said)
    assert "no student of yours" in text
    assert "Beatrix" not in text


def test_a_misspelt_class_gets_a_suggestion_among_ones_own(school: Town) -> None:
    """A button away; to the teacher of others there is no class like that."""
    school.store.execute("UPDATE classes SET name = 'Algebra' WHERE class_id = 'c7b'")
    sent = school.say(TARA, "report class Algbera")
    assert "Did you mean Algebra?" in words(sent)
    assert buttons(sent) == ["report class c7b"]
    assert "Algebra" not in school.answer(OTTO, "report class Algbera")


def test_a_class_of_one_is_not_compared(school: Town) -> None:
    """Otto's only student has practised; there is a report, and no comparison."""
    practise(school.store, "s3", "frac", 10, 7, at=NOW - timedelta(days=1))
    text = school.answer(OTTO, "compare student s3")
    assert "8A has only 1 student" in text
    text = words(school.say(OTTO, "report class 8A"))
    assert "1 student" in text
    assert "70 %" in text
    assert "on my side" not in text


def test_somebody_who_has_just_joined(school: Town) -> None:
    """Nothing is measured yet, and that is said; no figure is made of nothing."""
    school.store.execute("INSERT INTO students (student_id, name) VALUES ('s8', 'Nia New')")
    school.store.execute(
        "INSERT INTO enrollments (class_id, person_id, role, begin_day) VALUES "
        "('c7b', 's8', 'student', ?)",
        [(NOW.date() - NOW.date().replace(year=1970, month=1, day=1)).days],
    )
    sent = school.say(TARA, "report student s8")
    assert "Nothing is recorded in this period" in sent[0].content
    assert "no data yet" in sent[0].content
    assert charts(sent) == []
    assert "not measured" in school.answer(TARA, "trend student s8 accuracy")


def test_what_can_be_done_next_is_a_click_away(school: Town) -> None:
    """The period that was asked for is kept."""
    assert buttons(school.say(TARA, "report student s1 2 weeks")) == [
        "message s1",
        "assign s1",
        "why s1",
        "report student s1 2 weeks pdf",
        "trend student s1 accuracy 2 weeks",
        "compare student s1 2 weeks",
    ]
    assert buttons(school.say(TARA, "report class 7B")) == [
        "message struggling c7b",
        "skills c7b",
        "trend class c7b accuracy",
        "report class c7b pdf",
        "report class c7b csv",
    ]
    for said in ("report student s1", "report class 7B", "skills 7B", "skill frac", "why s1"):
        for reply in buttons(school.say(TARA, said)):
            answer = school.answer(TARA, reply)
            assert "did not understand" not in answer
            assert "on my side" not in answer


def test_a_skill_taught_in_several_classes_asks_for_which(school: Town) -> None:
    """The buttons name the skill by its id, and the class."""
    sent = school.say(ADMIN, "skill Fractions")
    assert buttons(sent) == ["skill frac c7b", "skill frac c8a"]


def test_the_same_report_is_not_worked_out_twice(
    school: Town, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Until an import or a few minutes make it old; who may see it is asked each time."""
    made: list[int] = []

    def counted(office: Office, as_of: datetime) -> Analytics:
        made.append(1)
        return analytics(office, as_of)

    monkeypatch.setattr(report, "analytics", counted)
    school.say(TARA, "report student s1")
    school.say(TARA, "report student s1 pdf")
    assert len(made) == 1
    school.say(TARA, "report student s1 7 days")
    assert len(made) == 2
    assert "no student of yours" in school.answer(OTTO, "report student s1")
    school.clock += LONGEST + timedelta(seconds=1)
    school.say(TARA, "report student s1")
    assert len(made) == 3
    school.store.execute(
        "INSERT INTO batches (source, format, fingerprint, state, started_at) "
        "VALUES ('y', 'native', 'g', 'taken', 1)"
    )
    practise(school.store, "s1", "frac", 20, 20, at=NOW - timedelta(hours=1))
    assert "300 questions" in school.answer(TARA, "report student s1")


def test_old_data_are_said_to_be_old(school: Town) -> None:
    """Whoever reads a report knows what it does not know."""
    school.clock += timedelta(days=7)
    assert "The data are stale" in school.answer(TARA, "report student s1")
    assert "The data are stale" in school.answer(TARA, "skills 7B")


def test_after_the_class_each_student_is_there_at_once(
    school: Town, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What a teacher is likely to open next is worked out while she reads."""
    school.say(TARA, "report class 7B")

    def broken(*_: object) -> Analytics:
        raise AssertionError("it was not worked out before")

    with monkeypatch.context() as later:
        later.setattr(report, "analytics", broken)
        for student_id in sorted(EVERYBODY):
            assert "**What next for" in school.answer(TARA, f"report student {student_id}")
        assert "on my side" in school.answer(TARA, "report student s1 3 days")


def test_working_ahead_may_fail(school: Town, monkeypatch: pytest.MonkeyPatch) -> None:
    """The answer is out already, and the next one is worked out when it is asked for."""

    def broken(found: StudentReport | ClassReport) -> Parts:
        if isinstance(found, StudentReport):
            raise ValueError("Ana's 17 %")
        return worded(found)

    with monkeypatch.context() as broken_down:
        broken_down.setattr(report, "worded", broken)
        assert "6 students" in school.answer(TARA, "report class 7B")
    assert "50\u00a0% right" in school.answer(TARA, "report student s1")
