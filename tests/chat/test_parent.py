"""`parent` in chat: the whole mail before it goes, one word that sends it, and its fate."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from interventions.family import JO, MARIA, Family

from chat.town import ADMIN, ANA, NOW, OTTO, STAFF_STREAM, TARA
from nudgebot.errors import DeliveryError
from nudgebot.nudging.carriage import AWAY, UNSEARCHABLE
from nudgebot.nudging.messages import InStream

MINUTE = timedelta(minutes=1)
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


def sent(family: Family, text: str = "parent Alvarez inactive") -> str:
    """Ask, confirm, and the last that was said."""
    family.say(TARA, text)
    return family.answer(TARA, "confirm")


def test_the_student_alone_is_asked_about_what(family: Family) -> None:
    """Who would get it, who not and why, and a button for each concern."""
    words, asked = family.say(TARA, "parent Alvarez")
    assert "Maria Álvarez (maria&#64;family&#46;example), English" in words.content
    assert "Jo Álvarez (jo&#64;family&#46;example), German" in words.content
    assert "~~Kim Adams~~: may not be contacted" in words.content
    assert [button.reply for button in asked.buttons] == [
        f"parent s1 {each}"
        for each in ("attendance", "inactive", "overdue", "praise", "struggling")
    ]
    assert "`parent s1 other <your words>`" in words.content


def test_the_whole_mail_is_seen_before_it_goes(family: Family) -> None:
    """Each guardian's, with address and language; nothing goes without a word."""
    shown = family.answer(TARA, "parent Alvarez inactive: See you on Monday.")
    assert "**2 e-mails** about **Ana Alvarez (s1)**: a pause in learning." in shown
    assert "To **Jo Álvarez** (jo&#64;family&#46;example), in German" in shown
    assert "To **Maria Álvarez** (maria&#64;family&#46;example), in English" in shown
    assert "Dear Maria Álvarez," in shown
    assert "Guten Tag Jo Álvarez," in shown
    assert "Kim Adams: may not be contacted" in shown
    assert "also in the e-mail in German" in shown
    assert family.mail.mails == []
    done = family.answer(TARA, "confirm")
    assert "✅ 2 e-mails sent." in done
    assert "`parent answered 1 <what they said>`" in done
    assert family.mail.addresses == [JO, MARIA]
    assert all("See you on Monday." in mail.content for mail in family.mail.mails)


def test_what_was_shown_is_what_goes(family: Family) -> None:
    """Also where the figures change between the preview and the word."""
    family.say(TARA, "parent s1 inactive")
    family.figures.rows["s1"] = {}
    family.say(TARA, "confirm")
    assert all("120" in mail.content for mail in family.mail.mails)


def test_words_are_changed_and_added(family: Family) -> None:
    """The preview comes anew; only the newest goes."""
    family.say(TARA, "parent s1 overdue First words.")
    shown = family.answer(TARA, "change Other words.")
    assert "Other words&#46;" in shown
    assert "First words" not in shown
    family.say(TARA, "add And more.")
    family.say(TARA, "confirm")
    for mail in family.mail.mails:
        assert "\n\nOther words.\n\nAnd more.\n\n" in mail.content
        assert "First words" not in mail.content


def test_one_guardian_alone(family: Family) -> None:
    """By button: the same mail with the same words, and the other is said to get none."""
    asked = family.say(TARA, "parent s1 praise Well done!")[-1]
    (button,) = (each for each in asked.buttons if each.label == "Only Maria Álvarez")
    shown = family.answer(TARA, button.reply)
    assert "Jo Álvarez: left out by you" in shown
    family.say(TARA, "confirm")
    assert family.mail.addresses == [MARIA]
    assert "Well done!" in family.mail.mails[0].content


def test_other_words_keep_the_choice_of_guardian(family: Family) -> None:
    """Who was left out stays left out."""
    family.say(TARA, "parent s1 praise")
    family.say(TARA, f"parent only {family.token()} Maria")
    family.say(TARA, "change New words.")
    family.say(TARA, "confirm")
    assert family.mail.addresses == [MARIA]


@pytest.mark.parametrize(
    ("text", "says"),
    [
        pytest.param("parent", "Write to whose parents?", id="nobody"),
        pytest.param("parent Nobody inactive", "I know no student of yours", id="unknown student"),
        pytest.param("parent Chi inactive", "I know no student of yours", id="another's student"),
        pytest.param("parent s1 inactve", "Did you mean `parent s1 inactive`?", id="misspelt"),
        pytest.param("parent s1 hair", "I do not know that concern.", id="unknown concern"),
        pytest.param("parent s1 other", "Say it in your own words", id="no words"),
        pytest.param("parent s4 inactive", "names no guardian", id="no guardian"),
        pytest.param("parent answered", "I know no student", id="no number at all"),
        pytest.param("parent answered x y", "Give the e-mail's number", id="no number"),
        pytest.param("parent answered 7 they called", "no e-mail of that number", id="unknown"),
        pytest.param("parent again 7", "no e-mail of that number", id="unknown again"),
        pytest.param("parent only 4f9a Maria", "nothing of yours", id="no such preview"),
    ],
)
def test_what_cannot_be_done_is_said(family: Family, text: str, says: str) -> None:
    """One sentence that says what to do, and nothing sent."""
    assert says in family.answer(TARA, text)
    assert family.mail.mails == []


@pytest.mark.parametrize(
    ("said", "concern", "words"),
    [
        pytest.param("about inactivity", "inactive", "", id="another form"),
        pytest.param("homework: please look", "overdue", "please look", id="another word"),
        pytest.param("well done on the test", "praise", "well done on the test", id="a sentence"),
        pytest.param("She told me about you", "other", "She told me about you", id="none of them"),
        pytest.param("OVERDUE\nline one\nline two", "overdue", "line one\nline two", id="lines"),
    ],
)
def test_a_concern_in_ordinary_words(family: Family, said: str, concern: str, words: str) -> None:
    """No word that a teacher wrote is lost."""
    sent(family, f"parent Alvarez {said}")
    (found,) = family.store.rows("SELECT DISTINCT concern_type, message FROM parent_notifications")
    assert (found["concern_type"], found["message"]) == (concern, words)


def test_without_a_mail_server_it_is_said_at_once(tmp_path: Path) -> None:
    """Before anybody writes a word."""
    family = Family(tmp_path, smtp_host="")
    assert "No mail server is set up" in family.answer(TARA, "parent s1")
    family.store.close()


def test_one_of_two_is_refused(family: Family) -> None:
    """The other still gets it, and each is told apart."""
    family.mail.refuse = lambda address: REFUSED if address == JO else None
    done = sent(family)
    assert "⚠️ Not every e-mail is sent." in done
    assert "**1** to Jo Álvarez: ⚠️ not sent. The mail server refused the address (550)." in done
    assert "**2** to Maria Álvarez: ✅ sent" in done
    assert "`parent answered 2" in done


def test_a_mail_that_waits_is_told_now_and_when_it_has_gone(family: Family) -> None:
    """The server is away: said at once; once it is back, each is said once."""
    family.mail.refuse = lambda _: DOWN
    done = sent(family)
    assert "⏳ waits. The mail server cannot be reached." in done
    family.mail.refuse = lambda _: None
    before = len(family.zulip.to(TARA))
    for minutes in (20, 40, 60):
        family.later(NOW + minutes * MINUTE)
    told = family.zulip.to(TARA)[before:]
    assert len(told) == 2
    assert all("has been sent now" in each for each in told)


def test_a_mail_in_doubt_is_sent_again_only_by_a_word(family: Family) -> None:
    """A fresh copy to that guardian alone, previewed; the old one points to it."""
    family.mail.refuse = lambda address: DOUBT if address == JO else None
    done = sent(family, "parent s1 inactive My words.")
    assert "❓ nobody can tell whether it arrived" in done
    family.mail.refuse = lambda _: None
    shown = family.answer(TARA, "parent again 1")
    assert "To **Jo Álvarez**" in shown
    assert "My words&#46;" in shown
    assert "`parent answered 3" in family.answer(TARA, "confirm")
    assert family.mail.addresses == [JO, MARIA, JO]
    assert "sent already, as number 3" in family.answer(TARA, "parent again 1")
    assert "sent afresh as 3" in family.answer(TARA, "parent list")


@pytest.mark.parametrize(
    ("mood", "says"),
    [
        pytest.param(None, "That e-mail was sent.", id="sent"),
        pytest.param(DOWN, "still waits", id="waiting"),
    ],
)
def test_what_needs_no_copy_gets_none(
    family: Family, mood: DeliveryError | None, says: str
) -> None:
    """Nobody gets a mail twice by mistake."""
    family.mail.refuse = lambda _: mood
    sent(family)
    assert says in family.answer(TARA, "parent again 1")


def test_an_answer_is_noted_and_listed(family: Family) -> None:
    """In the teacher's words, which do nothing in Markdown."""
    sent(family)
    assert "✅ Noted" in family.answer(TARA, "parent answered 2 Mother *called*.")
    shown = family.answer(TARA, "parent list Ana Alvarez")
    assert "💬 answered: Mother &#42;called&#42;&#46;" in shown
    assert "to Jo Álvarez" in shown
    assert "What did they say?" in family.answer(TARA, "parent answered 2")


def test_the_list_shows_only_whom_one_may_see(family: Family) -> None:
    """An admin sees all of a student's, another teacher nothing; a student has no such command."""
    sent(family)
    assert "Maria" in family.answer(ADMIN, "parent list s1")
    assert "None so far" in family.answer(OTTO, "parent list")
    assert "I know no student of yours" in family.answer(OTTO, "parent list s1")
    for word in ("answered 1 x", "again 1"):
        assert "no e-mail of that number" in family.answer(OTTO, f"parent {word}")
    assert "Maria" not in family.answer(ANA, "parent list")


@pytest.mark.parametrize(
    ("change", "says"),
    [
        pytest.param(
            "UPDATE guardians SET may_contact = 0", "Nothing was sent to", id="not allowed"
        ),
        pytest.param(
            "DELETE FROM enrollments WHERE person_id = 't1'", "not among yours", id="gone"
        ),
    ],
)
def test_what_changed_since_the_preview_counts(family: Family, change: str, says: str) -> None:
    """Asked again at the door."""
    family.say(TARA, "parent s1 inactive")
    family.store.execute(change)
    assert says in family.answer(TARA, "confirm")
    assert family.mail.mails == []
    assert family.states() == []


def test_an_address_that_changed_is_left_out_and_said(family: Family) -> None:
    """The other mail goes; nobody gets what was meant for another address."""
    family.say(TARA, "parent s1 inactive")
    family.guardian("g2", "Jo Álvarez", "new@family.example")
    done = family.answer(TARA, "confirm")
    assert family.mail.addresses == [MARIA]
    assert "Nothing was sent to Jo Álvarez" in done


def test_killed_in_between_it_goes_on_where_it_was(family: Family) -> None:
    """The first mail is out when the process dies; after the restart only the other one goes."""

    class Killed(BaseException):
        pass

    def kill(address: str) -> DeliveryError | None:
        if address == MARIA:
            raise Killed
        return None

    family.say(TARA, "parent s1 inactive")
    family.mail.refuse = kill
    with pytest.raises(Killed):
        family.say(TARA, "confirm")
    family.mail.refuse = lambda _: None
    family.reopened().resume()
    family.work()
    assert family.mail.addresses == [JO]
    assert family.states() == [("g2", "sent"), ("g1", "queued")]
    for minutes in (3, 10):
        family.later(NOW + minutes * MINUTE)
    assert family.states() == [("g2", "sent"), ("g1", "unsettled")]
    assert family.mail.addresses == [JO]
    assert "`parent again 2`" in family.zulip.to(TARA)[-1]


def test_family_addresses_stay_out_of_streams_that_others_read(family: Family) -> None:
    """The preview goes to the asker alone where a reader of the stream may not see the student."""
    family.zulip.readers[STAFF_STREAM] = frozenset({TARA, OTTO})
    family.say(TARA, "@**nudgebot** parent s1 inactive", InStream(STAFF_STREAM, "t"))
    assert "Álvarez" not in "".join(family.zulip.in_stream(STAFF_STREAM))
    assert "Álvarez" in "".join(family.zulip.to(TARA))


def test_hostile_names_do_nothing_in_the_preview(family: Family) -> None:
    """A guardian's name is outside text."""
    family.guardian("g1", "@**all** ![x](http://evil.example/)", MARIA)
    shown = family.answer(TARA, "parent s1 inactive")
    assert "@**all**" not in shown
    assert "](http" not in shown


@pytest.mark.parametrize("concern", ["attendance", "other"])
def test_what_no_figure_tells_is_the_teachers_to_say(family: Family, concern: str) -> None:
    """No mail claims that a student has missed lessons because a button was clicked."""
    assert "in your own words, because the figures do not tell" in family.answer(
        TARA, f"parent s1 {concern}"
    )
    assert not family.store.rows("SELECT 1 FROM confirmations")


def test_nothing_overdue_is_said_before_the_mail_goes(family: Family) -> None:
    """The preview says so, and the teacher decides."""
    assert "nothing is overdue" not in family.answer(TARA, "parent s1 overdue")
    family.figures.rows["s1"]["overdue_assignments"] = 0
    assert "⚠️ By the newest figures nothing is overdue" in family.answer(TARA, "parent s1 overdue")
