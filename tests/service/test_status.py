"""`status` in chat: every line of it is true, says what is to be done, and names no student."""

from __future__ import annotations

import shutil
from collections import namedtuple
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from chat.town import ADMIN, ANA, NOW, TARA, Town

from nudgebot.nudging.rule_book import RuleBook
from nudgebot.store.backups import back_up, folder_of

ROOT = Path(__file__).parents[2]
Usage = namedtuple("Usage", ["total", "used", "free"])
SENT = (
    "INSERT INTO outbox (key, purpose, letter, state, reason, owner_retries, claimed_at, tried_at,"
    " settled_at) VALUES ('k{n}', 'nudge', 'secret', '{state}', '{reason}', 0, {at}, {at}, {at})"
)


@pytest.fixture
def town(tmp_path: Path) -> Iterator[Town]:
    opened = Town(tmp_path, safeguarding_contacts=(ADMIN,))
    yield opened
    opened.store.close()


def _lines(town: Town, who: int = ADMIN) -> list[str]:
    return town.answer(who, "status").splitlines()


def _line(town: Town, word: str) -> str:
    (found,) = [line for line in _lines(town) if word in line]
    return found


def _at(**ago: float) -> int:
    return int((NOW - timedelta(**ago)).timestamp())


def test_a_quiet_morning(town: Town) -> None:
    """All lines, with a warning only where something is to be done: there is no backup yet."""
    told = _lines(town)
    assert told[:2] == ["**nudgebot**", "- Nudging is on"]
    assert told[2].startswith("- Data as of <time:")
    heads = [
        "- Figures as of <time:",
        f"- {len(town.office.book.rules.rules)} rules, ",
        "- 4 students linked; 0 people are not",
        "- E-mail: no mail server is set (setting `smtp_host`), none sent yet",
        "- ⚠️ Newest backup: none yet",
        "- Database: ",
    ]
    assert [line.startswith(head) for line, head in zip(told[3:], heads, strict=True)] == [True] * 6


def test_a_teacher_reads_what_concerns_teachers(town: Town) -> None:
    """Neither the machine nor other people's messages; a student's `status` is no command."""
    _spoil(town, SENT.format(n=1, state="unsettled", reason="", at=_at(hours=1)))
    told = "\n".join(_lines(town, TARA))
    assert told.startswith("**nudgebot**\n- Nudging is on\n- Data as of")
    for word in ("backup", "Database", "outbox", "linked"):
        assert word not in told
    assert "Nudging is on" not in "\n".join(_lines(town, ANA))


def _spoil(town: Town, *statements: str) -> None:
    for statement in statements:
        town.store.execute(statement)


@pytest.mark.parametrize(
    ("sql", "word", "says"),
    [
        pytest.param(
            "UPDATE batches SET data_as_of_at = data_as_of_at - 518400",
            "Nudging waits",
            "⚠️ Nudging waits: The data are stale",
            id="stale data",
        ),
        pytest.param(
            "DELETE FROM batches", "Nudging waits", "No export has been read yet", id="no data"
        ),
        pytest.param(
            "UPDATE students SET zulip_user_id = NULL WHERE student_id = 's1'",
            "linked",
            "- 3 students linked; 1 person is not (`people`)",
            id="somebody who is not linked",
        ),
        pytest.param(
            SENT.format(n=1, state="unsettled", reason="", at=_at(hours=1)),
            "outbox",
            "- 1 message waiting or unclear in the outbox",
            id="a message of which nobody can tell",
        ),
        pytest.param(
            SENT.format(n=1, state="refused", reason="The user is *gone*", at=_at(days=2)),
            "gone",
            "  - 1: The user is &#42;gone&#42;",
            id="a message that was refused",
        ),
        pytest.param(
            "INSERT INTO batches (source, format, fingerprint, state, started_at, note)"
            " VALUES ('y', 'native', 'g', 'held', 1, 'Half is missing')",
            "is held",
            "Half is missing (`release 2`)",
            id="an import that is held",
        ),
        pytest.param(
            "UPDATE students SET language = 'xx'",
            "crisis",
            "- ⚠️ No phrases in `rules/crisis.yaml` for languages of students: xx",
            id="a language without phrases of a crisis",
        ),
    ],
)
def test_each_trouble_has_its_line(town: Town, sql: str, word: str, says: str) -> None:
    """With what to say or do about it, and no message's text."""
    assert not [line for line in _lines(town) if says in line]
    _spoil(town, sql)
    assert says in _line(town, word)
    assert "secret" not in "\n".join(_lines(town))


MAIL = (
    "INSERT INTO outbox (key, purpose, letter, state, reason, owner_retries, claimed_at, tried_at,"
    " settled_at, carrier) VALUES ('m{n}', 'parent', 'secret', '{state}', '', 0, {at}, {at}, {at},"
    " 'mail')"
)


def test_e_mail_has_a_line(tmp_path: Path) -> None:
    """The server, what went last, what waits, and of what nobody can tell."""
    town = Town(tmp_path, smtp_host="mail.school.example", mail_from="a@school.example")
    assert "E-mail: by `mail.school.example`, none sent yet" in _line(town, "E-mail")
    for number, state in enumerate(("sent", "sent", "released")):
        _spoil(town, MAIL.format(n=number, state=state, at=_at(hours=3 - number)))
    line = _line(town, "E-mail")
    assert "last sent <time:2026-11-19T12:30:00Z>, 1 waiting (`nudgebot doctor`" in line
    assert "⚠️" not in line
    _spoil(town, MAIL.format(n=9, state="unsettled", at=_at(hours=1)))
    line = _line(town, "E-mail")
    assert "⚠️" in line
    assert "1 e-mail of which nobody can tell (`parent list`)" in line
    town.store.close()


def test_e_mails_that_wait_without_a_server_are_a_warning(town: Town) -> None:
    """As after somebody took the setting away; Zulip's messages are not counted."""
    _spoil(town, SENT.format(n=1, state="released", reason="", at=_at(hours=1)))
    assert "waiting" not in _line(town, "E-mail")
    _spoil(town, MAIL.format(n=1, state="released", at=_at(hours=1)))
    assert _line(town, "E-mail").startswith("- ⚠️ E-mail: no mail server is set")


def test_what_was_refused_long_ago_is_no_news(town: Town) -> None:
    """A week, and it is history."""
    _spoil(town, SENT.format(n=1, state="refused", reason="No.", at=_at(days=8)))
    assert not [line for line in _lines(town) if "did not arrive" in line]


def test_nudging_that_is_switched_off_is_said_first(tmp_path: Path) -> None:
    """With the name of the setting; and who is missing for the urgent words."""
    town = Town(tmp_path, enable_nudging_system=False, safeguarding_contacts=())
    told = _lines(town)
    town.store.close()
    assert told[1] == "- Nudging is off (setting `enable_nudging_system`)"
    assert "- ⚠️ No safeguarding contact is set (setting `safeguarding_contacts`)" in told


def test_backups_none_old_and_new(town: Town) -> None:
    """An old one is warned of; `none yet` as well."""
    folder = folder_of(town.store.path)
    assert _line(town, "backup").startswith("- ⚠️ Newest backup: none yet")
    back_up(town.store.path, folder, as_of=NOW - timedelta(days=2))
    assert _line(town, "backup").startswith("- ⚠️ Newest backup: of <time:")
    back_up(town.store.path, folder, as_of=NOW - timedelta(hours=1))
    assert _line(town, "backup").startswith("- Newest backup: of <time:")


def test_the_size_counts_what_is_still_in_the_log(town: Town) -> None:
    """A file whose content is all in its log is not “0 MB”."""
    _spoil(town, "CREATE TABLE much (text)", "INSERT INTO much VALUES (randomblob(3000000))")
    assert "Database: 0 MB" not in _line(town, "Database")


def test_a_disk_that_is_nearly_full(town: Town, monkeypatch: pytest.MonkeyPatch) -> None:
    """Before it stops nudgebot; `doctor` has more."""
    assert not _line(town, "Database").startswith("- ⚠️")
    monkeypatch.setattr(shutil, "disk_usage", lambda _: Usage(10**9, 10**9 - 9_000, 9_000))
    assert _line(town, "Database").startswith("- ⚠️ Database: ")


def test_rules_that_cannot_be_read(town: Town, tmp_path: Path) -> None:
    """They are counted; what was read before stays in force."""
    shutil.copytree(ROOT / "rules", tmp_path / "rules")
    book = RuleBook(tmp_path / "rules", ROOT / "message_templates")
    book.reload_if_changed(NOW)
    before = len(book.rules.rules)
    (tmp_path / "rules" / "broken.yaml").write_text("id: [", "utf-8")
    book.reload_if_changed(NOW + timedelta(minutes=1))
    object.__setattr__(town.office, "book", book)
    assert _line(town, "problem") == "- ⚠️ 1 problem in the rule files"
    assert _line(town, "of them on").startswith(f"- {before} rules, ")
