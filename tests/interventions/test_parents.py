"""E-mails to guardians: to whom, in which words, once each, and what became of them."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from chat.town import NOW, TARA

from interventions.family import BUSY, JO, MARIA, SETTINGS, TEACHER, Family
from nudgebot.errors import CommandError, DeliveryError
from nudgebot.insight.catalogue import METRICS
from nudgebot.insight.table import Value
from nudgebot.interventions.parents_concerns import concern_meant, concern_near
from nudgebot.interventions.record import InterventionType
from nudgebot.nudging.carriage import AWAY, UNSEARCHABLE
from nudgebot.nudging.check import examine, read_sources
from nudgebot.nudging.parent_letter import concerns_of, languages_of
from nudgebot.nudging.variables import PARENT

ROOT = Path(__file__).parents[2]
MINUTE = timedelta(minutes=1)
CONCERNS = ("attendance", "inactive", "other", "overdue", "praise", "struggling")
REFUSED = DeliveryError("The mail server refused the address (550).", accepted=False)
DOUBT = DeliveryError("It broke off.", accepted=None, code=UNSEARCHABLE)
DOWN = DeliveryError(
    "The mail server cannot be reached.", accepted=False, retry_after_seconds=30, code=AWAY
)


@pytest.fixture
def family(tmp_path: Path) -> Iterator[Family]:
    opened = Family(tmp_path)
    yield opened
    opened.store.close()


def notify(family: Family, *, concern: str = "inactive", words: str = "") -> None:
    family.parents.notify(TEACHER, "s1", concern, words, as_of=NOW, source="a")


def drafted(family: Family, concern: str, words: str, guardian_id: str) -> str:
    student = family.office.people.student("s1")
    assert student is not None
    (mail,) = family.parents.draft(
        TEACHER, student, concern, words, as_of=NOW, guardian_ids=[guardian_id]
    )
    return f"To: {mail.guardian_name} <{mail.address}>\nSubject: {mail.subject}\n\n{mail.text}\n"


@pytest.mark.parametrize("concern", CONCERNS)
def test_the_shipped_mails(
    family: Family, golden: Callable[[str, str], None], concern: str
) -> None:
    """Each concern in both languages, as the family reads it."""
    words = "We begin with fractions on Monday.\n\nSee you at the parents' evening!"
    if concern == "praise":
        family.figures.rows["s1"] |= {
            "days_since_last_activity": 0,
            "improved_skill": "Fractions",
            "accuracy": 84.6,
            "overdue_assignments": 0,
            "missed_assignments": 0,
        }
    texts = [drafted(family, concern, words, each) for each in ("g1", "g2")]
    golden(f"mails/parent_{concern}.txt", ("\n" + "-" * 70 + "\n\n").join(texts))


@pytest.mark.parametrize(
    ("figures", "says", "says_not"),
    [
        pytest.param({}, ["no figures about Ana"], ["%", "overdue", "Last active"], id="nothing"),
        pytest.param({"questions_answered": 0}, ["no questions answered"], ["%"], id="no practice"),
        pytest.param({"questions_answered": 3, "accuracy": 100.0}, ["3 questions"], ["100"],
                     id="too few for a share"),
        pytest.param({"due_assignments": 0, "missed_assignments": 0}, ["nothing was due"],
                     ["Practice", "%"], id="only hand-ins are known"),
        pytest.param({"due_assignments": 11, "missed_assignments": 2, "overdue_assignments": 0},
                     ["9 of 11 pieces handed in"], ["verdue"], id="missed, and too late by now"),
        pytest.param({"time_spent": 1.2}, ["about 1 minute\n"], ["hour"], id="a minute"),
        pytest.param({"overdue_assignments": 1, "overdue_assignment_title": "Essay *1*"},
                     ['1 piece, most recently "Essay *1*"'], ["&#"], id="plain text"),
    ],
)  # fmt: skip
def test_what_is_not_known_is_not_claimed(
    family: Family, figures: dict[str, Value], says: list[str], says_not: list[str]
) -> None:
    """A blank is no 0 and no 100, and names stand as they are."""
    family.figures.rows["s1"] = figures
    text = drafted(family, "inactive", "", "g1")
    assert all(each in text for each in says), text
    assert not any(each in text for each in says_not), text
    assert "None" not in text


def test_a_mail_tells_of_one_student_only(family: Family) -> None:
    """No other student's name or figure, no id, and nothing of the guardians who get none."""
    family.figures.rows["s2"] = {"accuracy": 11.0}
    text = "".join(drafted(family, each, "My words.", "g1") for each in CONCERNS)
    for secret in ("Ben", "Baker", "11 %", "s1", "s2", "g1", "Jo", "Kim", "&#", "<time"):
        assert secret not in text


def test_each_guardian_gets_one_mail(family: Family) -> None:
    """In her language, once however often it is asked for; noted once, in the record."""
    for _ in range(2):
        notify(family, words="Hello.")
    assert family.mail.addresses == [JO, MARIA]
    german, english = family.mail.mails
    assert german.content.startswith("Guten Tag Jo Álvarez,")
    assert english.content.startswith("Dear Maria Álvarez,")
    assert english.heading == "Ana: A pause in learning"
    (noted,) = family.office.interventions.record.of_student("s1")
    assert noted.intervention_type is InterventionType.PARENT
    assert noted.action_taken == "E-mail to Jo Álvarez and Maria Álvarez about a pause in learning"
    (first, _) = family.parents.book.of_student("s1")[::-1]
    assert noted.source == f"parent:{first.id}"


@pytest.mark.parametrize(
    ("change", "says"),
    [
        pytest.param("DELETE FROM guardians", "names no guardian", id="none"),
        pytest.param(
            "UPDATE guardians SET may_contact = 0", "may not be contacted", id="not allowed"
        ),
        pytest.param("UPDATE guardians SET email = ''", "has no e-mail address", id="no address"),
        pytest.param("UPDATE guardians SET email = 'maria'", "cannot be one", id="no real address"),
        pytest.param("UPDATE guardians SET gone_at = 1", "names no guardian", id="gone"),
        pytest.param("DELETE FROM students", "no such student", id="no student"),
    ],
)
def test_where_nobody_can_be_mailed_nothing_is_done(family: Family, change: str, says: str) -> None:
    """One sentence that says why, apart from the error's own, and nothing noted."""
    family.store.execute(change)
    with pytest.raises(CommandError) as refused:
        notify(family)
    assert says in getattr(refused.value, "why", str(refused.value))
    assert family.states() == []
    assert family.office.interventions.record.of_student("s1") == []


def test_without_a_mail_server_nothing_is_done(tmp_path: Path) -> None:
    """Said before a preview, not after it."""
    family = Family(tmp_path, smtp_host="")
    with pytest.raises(CommandError, match="No mail server is set up"):
        family.parents.reachable("s1")
    family.store.close()


@pytest.mark.parametrize(
    ("concern", "words", "says"),
    [
        pytest.param("other", " ", "own words", id="nothing to say"),
        pytest.param("hair", "", "There are no words for that", id="no such concern"),
        pytest.param("praise", "x" * 4001, "at most", id="too long"),
    ],
)
def test_what_cannot_be_written_is_not_sent(
    family: Family, concern: str, words: str, says: str
) -> None:
    """One sentence that says what to do."""
    with pytest.raises(CommandError, match=says):
        notify(family, concern=concern, words=words)
    assert family.states() == []


def test_one_refused_address_keeps_no_other_from_its_mail(family: Family) -> None:
    """The other guardian still gets hers; the refusal is kept with its reason."""
    family.mail.refuse = lambda address: REFUSED if address == JO else None
    notify(family)
    assert family.mail.addresses == [MARIA]
    assert family.states() == [("g2", "refused"), ("g1", "sent")]
    (noted,) = family.office.interventions.record.of_student("s1")
    assert not noted.is_resolved


def test_where_all_are_refused_the_intervention_has_ended(family: Family) -> None:
    """With the reason, so that nobody waits for an answer."""
    family.mail.refuse = lambda _: REFUSED
    notify(family)
    (noted,) = family.office.interventions.record.of_student("s1")
    assert noted.resolution_notes == "Not sent: The mail server refused the address (550)."


def test_a_mail_that_waits_is_sent_later_and_told(family: Family) -> None:
    """The server was down: nothing is lost, and the teacher hears of it once."""
    family.mail.refuse = lambda _: DOWN
    notify(family)
    assert family.states() == [("g2", "waiting"), ("g1", "waiting")]
    family.later(NOW + MINUTE)
    assert family.zulip.to(TARA) == []
    family.mail.refuse = lambda _: None
    for minutes in (20, 40):
        family.later(NOW + minutes * MINUTE)
    assert sorted(family.mail.addresses) == [JO, MARIA]
    assert [text.count("has been sent now") for text in family.zulip.to(TARA)] == [1, 1]
    assert "about Ana Alvarez" in family.zulip.to(TARA)[0]


def test_a_mail_in_doubt_is_told_and_never_sent_again_by_itself(family: Family) -> None:
    """Only a person can tell; nothing is tried again."""
    family.mail.refuse = lambda address: DOUBT if address == JO else None
    notify(family)
    assert family.states() == [("g2", "unsettled"), ("g1", "sent")]
    family.later(NOW + 60 * MINUTE)
    assert family.mail.addresses == [JO, MARIA]


def test_what_becomes_refused_later_is_told_with_the_reason(family: Family) -> None:
    """And with the way to send it once more."""
    family.mail.refuse = lambda _: DOWN
    notify(family)
    family.mail.refuse = lambda _: REFUSED
    for minutes in (20, 40):
        family.later(NOW + minutes * MINUTE)
    assert family.states() == [("g2", "refused"), ("g1", "refused")]
    told = family.zulip.to(TARA)
    assert len(told) == 2
    assert "refused the address (550)" in told[0]
    assert "`parent again 1`" in told[0]


def test_news_name_nobody_whom_the_teacher_no_longer_teaches(family: Family) -> None:
    """The number is enough for those who may still look it up."""
    family.mail.refuse = lambda _: DOWN
    notify(family)
    family.store.execute("DELETE FROM enrollments WHERE person_id = 't1'")
    family.mail.refuse = lambda _: None
    family.later(NOW + 20 * MINUTE)
    family.later(NOW + 40 * MINUTE)
    told = "".join(family.zulip.to(TARA))
    assert "E-mail **1**" in told
    assert "Ana" not in told
    assert "Álvarez" not in told


def test_what_was_taken_and_never_tried_goes_out_after_a_restart(family: Family) -> None:
    """Killed between noting and sending: a later tick sends it, once, and tells the teacher."""
    student = family.office.people.student("s1")
    assert student is not None
    mails = family.parents.draft(TEACHER, student, "inactive", "", as_of=NOW)
    family.parents.take(TEACHER, "s1", "inactive", "", mails=mails, source="a", as_of=NOW)
    family.later(NOW + MINUTE)
    assert family.mail.addresses == []
    for minutes in (6, 7):
        family.later(NOW + minutes * MINUTE)
    assert family.mail.addresses == [JO, MARIA]
    assert len(family.zulip.to(TARA)) == 2


def test_an_answer_is_kept_and_ends_the_intervention(family: Family) -> None:
    """With the teacher's note."""
    notify(family)
    family.parents.answered(TEACHER, 1, "Mother called.", NOW + MINUTE)
    found = family.parents.book.find(1)
    assert found is not None
    assert (found.answer_note, found.answered_at) == ("Mother called.", NOW + MINUTE)
    (noted,) = family.office.interventions.record.of_student("s1")
    assert noted.resolution_notes == "Answered: Mother called."
    with pytest.raises(CommandError, match="no e-mail of that number"):
        family.parents.answered(TEACHER, 99, "x", NOW)


@pytest.mark.parametrize(
    ("word", "concern"),
    [
        pytest.param("inactive", "inactive", id="as it is called"),
        pytest.param("Homework:", "overdue", id="another word"),
        pytest.param("great", "praise", id="praise"),
        pytest.param("absent", "attendance", id="attendance"),
        pytest.param("Tuesday", "", id="none"),
    ],
)
def test_a_concern_has_many_names(word: str, concern: str) -> None:
    """Teachers do not learn a list by heart."""
    assert concern_meant(word, CONCERNS) == concern


def test_a_misspelt_concern_is_near_its_name() -> None:
    """Also where it is a word for it."""
    assert concern_near("inactve", CONCERNS) == "inactive"
    assert concern_near("homewrk", CONCERNS) == "overdue"
    assert concern_near("Tuesday", CONCERNS) == ""


def test_the_shipped_words_are_complete(family: Family) -> None:
    """Every concern in English and German; the README names every variable."""
    templates = family.office.book.templates
    assert concerns_of(templates) == CONCERNS
    assert all(languages_of(templates, each) == {"en", "de"} for each in CONCERNS)
    text = (ROOT / "message_templates" / "README.md").read_text(encoding="utf-8")
    for variable in PARENT:
        assert f"| `{variable.name}` | {variable.help} |" in text


@pytest.mark.parametrize(
    ("file", "old", "new", "says"),
    [
        pytest.param("parent_praise.md", "{{ first_name }}", "{{ class_name }}",
                     "no such variable", id="a name of students' messages"),
        pytest.param("parent_praise.md", "{{ first_name }}", "{{ body }}",
                     "no such variable", id="the frame's own name"),
        pytest.param("parent_praise.md", "{{ first_name }}", "{{ accuracy }}",
                     "needs a figure that is not known", id="what may be unknown"),
        pytest.param("parent_frame.md", "{{ words }}", "", "words: has no place", id="lost words"),
        pytest.param("parent_praise.de.md", "title: Gute Nachrichten", "tone: warm",
                     "title: is missing", id="an untranslated subject"),
    ],
)  # fmt: skip
def test_a_school_s_own_words_are_checked(file: str, old: str, new: str, says: str) -> None:
    """Before the first parent reads them."""
    sources = read_sources(ROOT / "rules", ROOT / "message_templates")
    key = f"message_templates/{file}"
    texts = {**sources.templates, key: sources.templates[key].replace(old, new)}
    if says.startswith("words"):
        texts[key] = texts[key].replace("words", "school")
    found = examine(type(sources)(sources.rules, texts))
    assert any(says in str(problem) for problem in found.problems), found.problems


def test_settings_of_the_tests_are_real() -> None:
    """The sample figures are metrics, so that a renamed one does not go unnoticed."""
    assert BUSY.keys() <= {metric.name for metric in METRICS}
    assert SETTINGS["smtp_security"] == "none"
