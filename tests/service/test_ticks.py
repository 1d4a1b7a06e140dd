"""The ticks with real parts: from an export in the inbox to a queued nudge, and what goes wrong."""

from __future__ import annotations

import shutil
import threading
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from nudgebot.chat.connection import connect
from nudgebot.chat.gateway import Gateway
from nudgebot.sandbox.sample import write_sample_school
from nudgebot.sandbox.server import Sandbox
from nudgebot.school.days import to_at
from nudgebot.service.freshness_notices import FRESH
from nudgebot.service.notices import Notices
from nudgebot.service.ticks import Ticks
from nudgebot.settings import read_settings
from nudgebot.wiring import House, build, open_store

ROOT = Path(__file__).parents[2]
NOW = datetime(2026, 11, 20, 13, 30, tzinfo=UTC)  # a Friday


@dataclass(frozen=True)
class Day:
    """A house over a sandbox, its ticks, and the admin who hears of trouble."""

    house: House
    ticks: Ticks
    sandbox: Sandbox
    folder: Path

    def admin_reads(self) -> list[str]:
        owner = next(user for user in self.sandbox.users() if user.full_name == "Office")
        return [message.content for message in self.sandbox.messages_to(owner)]

    def deliver(self, today: datetime) -> None:
        write_sample_school(
            self.folder / "inbox" / "school",
            students=30,
            days=60,
            seed=1,
            today=today.date(),
            start=(NOW - timedelta(days=59)).date(),
            until=today,
        )


@pytest.fixture
def day(tmp_path: Path) -> Iterator[Day]:
    with Sandbox(rate_limit=None, clock=NOW.timestamp) as sandbox:
        owner = sandbox.add_user("Office", role=200)
        bot = sandbox.add_user("nudgebot", is_bot=True, owner=owner)
        zuliprc = tmp_path / "zuliprc"
        zuliprc.write_text(sandbox.zuliprc(bot), "utf-8")
        for name in ("rules", "message_templates"):
            shutil.copytree(ROOT / name, tmp_path / name)
        settings = read_settings(environment={}).replaced(
            database=tmp_path / "school.db",
            inbox=tmp_path / "inbox",
            inbox_settle_seconds=0,
            holdout_share=0.0,
            one_tap_answers=False,
            rules_file_path=tmp_path / "rules",
            templates_path=tmp_path / "message_templates",
        )
        store = open_store(settings)
        gateway = Gateway(lambda: connect(zuliprc), sends_per_minute=100_000)
        house = build(store, settings, gateway)
        ticks = _ticks(house)
        ticks.people(NOW)
        ticks.rules(NOW)
        yield Day(house, ticks, sandbox, tmp_path)
        gateway.close()
        store.close()


def _ticks(house: House) -> Ticks:
    return Ticks(
        house.settings,
        house.store,
        inbox=house.inbox,
        figures=house.figures,
        book=house.book,
        engine=house.engine,
        outbox=house.outbox,
        office=house.office,
        gateway=house.gateway,
        notices=Notices(
            house.outbox, house.office.access.admin_ids, zone=house.settings["timezone"]
        ),
        clock=lambda: NOW,
        stopping=threading.Event().is_set,
    )


def test_an_export_is_taken_and_judged_at_once(day: Day) -> None:
    """The first one brings no events: history never nudges anybody by itself."""
    day.deliver(NOW)
    imported = day.ticks.imports(NOW)
    assert [outcome.state for outcome in imported.outcomes] == ["taken"]
    assert imported.events == ()
    assert imported.evaluation is not None
    assert {each.stage for each in imported.evaluation.decisions} == {"linked"}
    assert day.ticks.imports(NOW).evaluation is None, "nothing new, nothing judged"


def test_events_survive_a_death_between_looking_and_judging(
    day: Day, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What an import brought about is judged after the restart."""
    day.deliver(NOW)
    day.ticks.imports(NOW)
    tomorrow = NOW + timedelta(days=3)
    day.deliver(tomorrow)

    def dies(*_: object, **__: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(day.house.engine, "evaluate", dies)
        with pytest.raises(KeyboardInterrupt):
            day.ticks.imports(tomorrow)
    evaluation = day.ticks.evaluation(tomorrow + timedelta(minutes=1))
    judged = {each.rule_id for each in evaluation.decisions}
    assert day.house.store.value("SELECT count(*) FROM events") == 0
    assert "improvement_praise" in judged


def test_events_wait_while_the_data_are_stale(day: Day) -> None:
    """What happened is judged when the data are fresh again, not forgotten."""
    day.deliver(NOW)
    day.ticks.imports(NOW)
    stale = day.ticks.evaluation(NOW + timedelta(days=6))
    assert "stale" in stale.note
    waiting = day.house.store.value("SELECT count(*) FROM events")
    assert waiting > 0
    later = NOW + timedelta(days=6, minutes=5)
    day.deliver(later)
    day.ticks.imports(later)
    assert day.house.store.value("SELECT count(*) FROM events") == 0


def test_a_broken_rule_leaves_the_old_ones_and_tells_the_admins(day: Day) -> None:
    """Once a day for the same problem, and again when it is another one."""
    assert day.house.book.rules.rules
    before = len(day.house.book.rules.rules)
    file = day.folder / "rules" / "inactivity_check_in.yaml"
    file.write_text(file.read_text("utf-8").replace("cooldown_hours", "cooldwon_hours"), "utf-8")
    for _ in range(2):
        day.ticks.rules(NOW)
    told = day.admin_reads()
    assert len(told) == 1
    assert "did you mean `cooldown_hours`" in told[0]
    assert len(day.house.book.rules.rules) == before


def test_an_unreadable_export_is_told_and_the_next_one_taken(day: Day) -> None:
    """The file is named, and what is wrong with it."""
    day.deliver(NOW)
    (day.folder / "inbox" / "late.zip").write_bytes(b"PK\x03\x04 half a zip")
    day.ticks.imports(NOW)
    assert day.house.store.value("SELECT count(*) FROM students") == 30
    assert day.ticks.imports(NOW + timedelta(minutes=1)).outcomes == ()


def test_rows_that_are_left_out_are_told_once(day: Day) -> None:
    """With file and line, to the admins; the same ones in the next export are told no more."""
    day.deliver(NOW)
    students = day.folder / "inbox" / "school" / "students.csv"
    line = students.read_text("utf-8").count("\n") + 1
    students.write_text(students.read_text("utf-8") + ",Nobody\n", "utf-8")
    for moment in (NOW, NOW + timedelta(hours=1), NOW + timedelta(days=1)):
        assert [each.state for each in day.ticks.imports(moment).outcomes] == ["taken"]
        students.write_text(students.read_text("utf-8") + "\n", "utf-8")  # another export
    [told] = [each for each in day.admin_reads() if "An export was taken" in each]
    assert "but for 1 row that cannot be right" in told
    assert f"students.csv:{line}: " in told
    assert "Nobody" not in told


def test_stale_data_are_told_once_and_their_end_once(day: Day) -> None:
    """Nobody is nudged by them; who restarts it, or looks again, is not told again that week."""
    day.deliver(NOW)
    day.ticks.imports(NOW)
    assert day.ticks.upkeep(NOW) == ""
    assert day.admin_reads() == []
    later = NOW + timedelta(days=6)
    for hours in (0, 1, 24, 6 * 24):
        assert "stale" in day.ticks.upkeep(later + timedelta(hours=hours))
        assert "stale" in _ticks(day.house).upkeep(later + timedelta(hours=hours))
    assert sum("stale" in text for text in day.admin_reads()) == 1
    evaluation = day.ticks.evaluation(later)
    assert {each.stage for each in evaluation.decisions} <= {"fresh"}
    day.deliver(later)
    day.ticks.imports(later)
    for hours in (0, 1, 2):
        assert _ticks(day.house).upkeep(later + timedelta(hours=hours)) == ""
    assert [text for text in day.admin_reads() if "fresh again" in text] == [FRESH]
    newcomer = day.sandbox.add_user("Deputy", role=200)
    day.ticks.people(later)
    day.ticks.upkeep(later + timedelta(hours=3))
    assert day.sandbox.messages_to(newcomer) == (), "it is no news to who never heard of it"
    assert "stale" in day.ticks.upkeep(later + timedelta(days=6)), "another one is another word"
    assert sum("stale" in text for text in day.admin_reads()) == 2


def test_data_that_stay_stale_are_told_again_after_a_week(day: Day) -> None:
    """At the hour of the first time, not at midnight."""
    day.deliver(NOW)
    day.ticks.imports(NOW)
    first = NOW + timedelta(days=6)
    day.ticks.upkeep(first)
    day.house.store.execute("UPDATE outbox SET claimed_at = ?", [to_at(first)])
    told = []
    for hours in range(15 * 24):
        before = len(day.admin_reads())
        day.ticks.upkeep(first + timedelta(hours=hours))
        told += [hours] * (len(day.admin_reads()) - before)
    assert told == [7 * 24, 14 * 24]


def test_the_staff_gets_one_summary_a_day_of_school(day: Day) -> None:
    """In open hours; with counts and nobody's name; a new one on the next day of school."""
    owner, bot = day.sandbox.users()[:2]
    staff = day.sandbox.add_stream("staff", [owner, bot])
    house = build(
        day.house.store, day.house.settings.replaced(staff_stream="staff"), day.house.gateway
    )
    ticks = _ticks(house)
    assert not ticks.summary(NOW), "nothing is known yet"
    day.deliver(NOW)
    ticks.imports(NOW)
    night, saturday = NOW.replace(hour=2), NOW + timedelta(days=1)
    assert not ticks.summary(night)
    assert ticks.summary(NOW)
    assert not ticks.summary(NOW + timedelta(hours=1))
    assert not ticks.summary(saturday)
    assert ticks.summary(NOW + timedelta(days=3))
    posted = [message.content for message in day.sandbox.messages_in(staff)]
    assert len(posted) == 2
    assert "| critical |" in posted[0]
    assert "Mia" not in posted[0]


def test_what_settings_name_and_zulip_lacks_is_told(day: Day) -> None:
    """A stream that is not there, an admin who is nobody: the admins hear of both."""
    settings = day.house.settings.replaced(staff_stream="nowhere", admins=(4711,))
    ticks = _ticks(replace(day.house, settings=settings))
    ticks.people(NOW)
    told = "\n".join(day.admin_reads())
    assert "`admins` names users that Zulip does not have: 4711." in told
    assert "`staff_stream` is not there" in told


def test_with_nudging_off_answers_still_go_out(day: Day) -> None:
    """What was released is sent again; only nudges rest."""
    settings = day.house.settings.replaced(enable_nudging_system=False)
    house = build(day.house.store, settings, day.house.gateway)
    ticks = _ticks(replace(house))
    day.sandbox.faults.rate_limit(1, retry_after_seconds=1.0, path="/messages")
    ticks._notices.tell("test", "Hello", NOW)
    assert day.admin_reads() == []
    ticks.delivery(NOW + timedelta(minutes=10))
    assert day.admin_reads() == ["Hello"]


def test_a_nudge_gets_its_buttons_once_and_its_case_is_followed(day: Day) -> None:
    """From the evaluation to the tap below the message, and to the measures of both arms."""
    store = day.house.store
    day.deliver(NOW)
    day.ticks.imports(NOW)
    user = day.sandbox.add_user("Ana Alvarez")
    student_id = store.value("SELECT MIN(student_id) FROM cases") or store.value(
        "SELECT MIN(student_id) FROM decisions"
    )
    store.execute(
        "UPDATE students SET zulip_user_id = ? WHERE student_id = ?", [user.user_id, student_id]
    )
    settings = day.house.settings.replaced(one_tap_answers=True, nudge_weekend_enabled=True)
    ticks = _ticks(replace(day.house, settings=settings))
    ticks.people(NOW)
    ticks.evaluation(NOW)
    store.execute("UPDATE nudge_parts SET due_at = ?", [to_at(NOW)])
    for _ in range(2):
        ticks.delivery(NOW)
    sent = [row[0] for row in store.rows("SELECT key FROM outbox WHERE state = 'sent'")]
    taps = [key for key in sent if key.endswith(":taps")]
    assert len(taps) == 1
    assert taps[0].removesuffix(":taps") in sent
    later = NOW + timedelta(days=3)
    day.deliver(later)
    ticks.imports(later)
    assert ticks.following(later).measured == store.value("SELECT COUNT(*) FROM cases")
