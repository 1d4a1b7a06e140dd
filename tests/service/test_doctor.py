"""The doctor: each check says how it stands and what to do, changes nothing, names nobody."""

from __future__ import annotations

import json
import re
import shutil
import sqlite3
import sys
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from nudgebot.cli.app import main
from nudgebot.cli.doctor import examined
from nudgebot.sandbox.mailbox import Mailbox
from nudgebot.sandbox.sample import write_sample_school
from nudgebot.sandbox.server import Sandbox
from nudgebot.service.health import Finding, State, guarded, worst
from nudgebot.service.health.server import clock_findings, zuliprc_findings
from nudgebot.service.health.surroundings import admin_findings
from nudgebot.settings import Settings, read_settings
from nudgebot.store import Store
from nudgebot.store.backups import back_up, folder_of
from nudgebot.store.lock import alone
from nudgebot.wiring import make_importer, open_store
from service.relay import relay

ROOT = Path(__file__).parents[2]


@dataclass(frozen=True)
class School:
    """A folder with everything a school has, and a server."""

    folder: Path
    sandbox: Sandbox

    @property
    def zuliprc(self) -> Path:
        return self.folder / "zuliprc"

    @property
    def settings(self) -> Settings:
        return read_settings(self.zuliprc, environment={})

    @property
    def database(self) -> Path:
        return self.folder / "school.db"

    def findings(self, *, offline: bool = True) -> dict[str, list[Finding]]:
        found: dict[str, list[Finding]] = {}
        for each in examined(self.settings, self.zuliprc, as_of=datetime.now(UTC), offline=offline):
            found.setdefault(each.name, []).append(each)
        return found

    def state(self, name: str, *, offline: bool = True) -> State:
        return worst(self.findings(offline=offline)[name])

    def doctor(self, *arguments: str) -> Result:
        return CliRunner().invoke(main, ["-c", str(self.zuliprc), "doctor", *arguments])


@pytest.fixture
def school(tmp_path: Path) -> Iterator[School]:
    with Mailbox() as mailbox, Sandbox(rate_limit=None) as sandbox:
        owner = sandbox.add_user("Office", role=200)
        bot = sandbox.add_user("nudgebot", is_bot=True, owner=owner)
        for name in ("rules", "message_templates"):
            shutil.copytree(ROOT / name, tmp_path / name)
        lines = {
            "database": tmp_path / "school.db",
            "inbox": tmp_path / "inbox",
            "rules_file_path": tmp_path / "rules",
            "templates_path": tmp_path / "message_templates",
            "timezone": "Europe/Berlin",
            "admins": owner.user_id,
            "smtp_host": mailbox.host,
            "smtp_port": mailbox.port,
            "smtp_security": "none",
            "mail_from": "nudgebot@school.example",
        }
        section = "\n".join(f"{name} = {value}" for name, value in lines.items())
        zuliprc = tmp_path / "zuliprc"
        zuliprc.write_text(f"{sandbox.zuliprc(bot)}\n[nudgebot]\n{section}\n", "utf-8")
        zuliprc.chmod(0o600)
        found = School(tmp_path, sandbox)
        _fill(found)
        yield found


def _fill(school: School) -> None:
    now = datetime.now(UTC)
    export = school.folder / "export"
    write_sample_school(export, students=30, days=10, seed=1, today=now.date(), until=now)
    store = open_store(school.settings)
    make_importer(store, school.settings).ingest(export, format_name="native", as_of=now)
    store.close()
    back_up(school.database, folder_of(school.database), as_of=now)


def _spoil(database: Path, sql: str) -> None:
    with closing(sqlite3.connect(database)) as connection, connection:
        connection.execute(sql)


def test_beside_a_running_service_everything_is_looked_at(school: School) -> None:
    """Nobody is linked yet, which is the one thing to look at; nothing is written anywhere."""
    before = {path: path.stat().st_mtime_ns for path in school.folder.rglob("*.db*")}
    with alone(school.database):
        found = school.findings(offline=False)
    wanted = {
        "database": State.OK,
        "service": State.OK,
        "tables": State.OK,
        "data": State.OK,
        "students": State.WARN,
        "teachers": State.WARN,
        "outbox": State.OK,
        "audit": State.OK,
        "admins": State.OK,
        "backup": State.OK,
        "disk": State.OK,
        "zuliprc": State.OK,
        "server": State.OK,
        "clock": State.OK,
        "mail": State.OK,
        "fonts": State.OK,
        "model": State.OK,
        "time zone": State.OK,
    }
    assert {name: worst(found[name]) for name in wanted} == wanted
    assert worst(found["rules"]) < State.FAIL
    after = {path: path.stat().st_mtime_ns for path in before}
    assert after == before
    assert school.sandbox.messages() == ()


def test_no_name_and_no_text_is_told(school: School) -> None:
    """Of the 30 students and their teachers, only counts."""
    told = school.doctor("--offline").output
    with closing(sqlite3.connect(school.database)) as connection:
        people = connection.execute(
            "SELECT name FROM students UNION SELECT name FROM teachers"
        ).fetchall()
    assert len(people) > 30
    assert not [name for (name,) in people if name and name in told]


@pytest.mark.parametrize(
    ("sql", "name", "says"),
    [
        pytest.param(
            "UPDATE batches SET state = 'held'", "import", "release 1", id="a held import"
        ),
        pytest.param("DELETE FROM batches", "data", "Nobody is nudged", id="no data"),
        pytest.param(
            "INSERT INTO outbox (key, purpose, letter, state, owner_retries, claimed_at, tried_at)"
            " VALUES ('k', 'nudge', 'secret', 'unsettled', 0, 1, 1)",
            "outbox",
            "1 are unclear",
            id="an unsettled message",
        ),
        pytest.param(
            "INSERT INTO outbox (key, purpose, letter, state, reason, owner_retries, claimed_at,"
            " tried_at, settled_at)"
            " VALUES ('k', 'nudge', 'secret', 'refused', 'No.', 0, 1, 1, 4000000000)",
            "refused",
            "1 were refused in the last 7 days: No.",
            id="a refused message",
        ),
        pytest.param(
            "INSERT INTO outbox (key, purpose, letter, state, owner_retries, claimed_at, tried_at)"
            " VALUES ('k', 'nudge', 'secret', 'released', 0, 1, 1)",
            "outbox",
            "The oldest has waited",
            id="a message that waits for long",
        ),
        pytest.param(
            "DELETE FROM _sqlite_migrations WHERE name = 'exports'",
            "tables",
            "1 updates of the tables are due",
            id="older tables",
        ),
    ],
)
def test_what_needs_a_look_is_a_warning(school: School, sql: str, name: str, says: str) -> None:
    """Each says what to do, and none holds a message's text."""
    _spoil(school.database, sql)
    found = school.findings()[name]
    assert worst(found) is State.WARN
    assert any(says in str(each) for each in found)
    assert all(each.advice for each in found if each.state is not State.OK)
    assert "secret" not in "".join(map(str, found))


def test_a_damaged_database_is_told_and_not_fallen_over(school: School) -> None:
    """What can still be looked at is; the exit code is 2 and the advice is to restore."""
    content = bytearray(school.database.read_bytes())
    content[4096 * 2 : 4096 * 4] = b"\xff" * 8192
    school.database.write_bytes(content)
    result = school.doctor("--offline", "--json")
    assert result.exit_code == 2
    lines = [json.loads(line) for line in result.output.splitlines()]
    database = next(each for each in lines if each["name"] == "database")
    assert database["state"] == "fail"
    assert "nudgebot restore" in database["advice"]
    assert {"backup", "fonts", "model"} <= {each["name"] for each in lines}


def test_a_package_of_fonts_that_is_missing_ends_no_other_check(
    school: School, monkeypatch: pytest.MonkeyPatch
) -> None:
    """An installation that is not whole is told by the package's name."""
    monkeypatch.setitem(sys.modules, "fontpkg_heebo", None)
    found = school.findings()
    (finding,) = found["fonts"]
    assert (finding.state, "fontpkg_heebo" in finding.sentence) == (State.FAIL, True)
    assert finding.advice
    assert "time zone" in found


def test_without_settings_there_is_one_finding(school: School) -> None:
    """For a monitor it is a line of JSON like every other."""
    text = school.zuliprc.read_text("utf-8").replace("timezone", "timezon")
    school.zuliprc.write_text(text, "utf-8")
    result = school.doctor("--json")
    assert result.exit_code == 2
    told = json.loads(result.output)
    assert (told["name"], told["state"]) == ("settings", "fail")
    assert "did you mean `timezone`?" in told["sentence"]


def test_before_the_first_start_nothing_is_advised_that_cannot_be_done(
    school: School, tmp_path: Path
) -> None:
    """There is nothing to back up yet; the folder of the exports is to be made."""
    settings = school.settings.replaced(
        database=tmp_path / "new" / "school.db", inbox=tmp_path / "new" / "inbox"
    )
    found: dict[str, list[Finding]] = {}
    for each in examined(settings, school.zuliprc, as_of=datetime.now(UTC), offline=True):
        found.setdefault(each.name, []).append(each)
    assert "backup" not in found
    assert worst(found["database"]) is State.WARN
    assert found["inbox"][0].advice.startswith("mkdir -p ")


def test_a_zuliprc_that_is_not_there(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Offline, too: without it nothing can be sent; a key in the environment is one as well."""
    monkeypatch.delenv("ZULIP_API_KEY", raising=False)
    (finding,) = zuliprc_findings(tmp_path / "zuliprc", {})
    assert (finding.state, bool(finding.advice)) == (State.FAIL, True)
    assert list(zuliprc_findings(tmp_path / "zuliprc", {"ZULIP_API_KEY": "k"})) == []


def test_an_inbox_that_everybody_can_read(school: School) -> None:
    """An export on its way is students' data like the database."""
    inbox = school.folder / "inbox"
    inbox.mkdir()
    inbox.chmod(0o755)
    assert school.state("inbox") is State.OK, "nothing lies in it"
    (inbox / "school.zip").touch()
    (finding,) = school.findings()["inbox"]
    assert (finding.state, finding.advice) == (State.WARN, f"chmod o-rwx {inbox}")
    inbox.chmod(0o750)
    assert school.state("inbox") is State.OK


def test_a_key_that_others_can_read(school: School) -> None:
    """The advice is the command to type."""
    school.zuliprc.chmod(0o644)
    (finding,) = school.findings()["zuliprc"]
    assert finding.state is State.FAIL
    assert finding.advice == f"chmod 600 {school.zuliprc}"


def test_no_backup_and_an_old_one(school: School) -> None:
    """Both are worth a look."""
    folder = folder_of(school.database)
    shutil.rmtree(folder)
    assert school.state("backup") is State.WARN
    back_up(school.database, folder, as_of=datetime.now(UTC) - timedelta(days=2))
    (finding,) = school.findings()["backup"]
    assert (finding.state, "48 hours old" in finding.sentence) == (State.WARN, True)


def test_a_backup_that_is_damaged_or_open_to_others(school: School) -> None:
    """Told before the day on which it is needed."""
    folder = folder_of(school.database)
    (backup,) = folder.iterdir()
    backup.chmod(0o644)
    assert "permissions" not in school.findings(), "nobody else may enter its folder"
    folder.chmod(0o755)
    (finding,) = school.findings()["permissions"]
    assert (finding.state, str(folder) in finding.advice) == (State.FAIL, True)
    content = backup.read_bytes()
    backup.write_bytes(content[: len(content) // 2])
    assert school.state("backup") is State.FAIL


def test_an_admin_whom_zulip_does_not_know(school: School) -> None:
    """Who is named and deactivated, or was never there, hears of nothing."""
    _spoil(
        school.database,
        "INSERT INTO zulip_users VALUES (7, 'Office', '', 200, 0, 0, '', 0), "
        "(8, 'Deputy', '', 400, 1, 0, '', 0)",
    )
    settings = school.settings.replaced(admins=(7, 8, 99))
    store = Store.reading(school.database)
    found = list(admin_findings(store, settings))
    store.close()
    assert ", ".join(["7", "99."]) in found[0].sentence
    assert [(each.name, each.state) for each in found] == [
        ("admins", State.WARN),
        ("admins", State.OK),
        ("safeguarding", State.WARN),
    ]
    assert found[1].sentence.startswith("1 hear")


@pytest.mark.parametrize(
    ("plan", "says"),
    [
        pytest.param(
            lambda box: box.faults.rate_limit(1, path="/users/me"), "slow down", id="asks to wait"
        ),
        pytest.param(
            lambda box: box.faults.drop_before(1, path="/users/me"), "no more", id="hangs up"
        ),
        pytest.param(lambda box: box.faults.go_away(), "cannot be reached", id="is away"),
        pytest.param(
            lambda box: box.faults.answer(status=502), "not as a Zulip server", id="a proxy's page"
        ),
    ],
)
def test_a_server_that_does_not_answer_as_it_should(
    school: School, plan: Callable[[Sandbox], None], says: str
) -> None:
    """One sentence and what to do; never the key."""
    plan(school.sandbox)
    (finding,) = school.findings(offline=False)["server"]
    assert finding.state is State.FAIL
    assert says in finding.sentence
    assert finding.advice


def test_a_wrong_key(school: School) -> None:
    """The sentence says where a right one is."""
    text = school.zuliprc.read_text("utf-8")
    school.zuliprc.write_text(re.sub(r"key ?= ?\w+", f"key={'a' * 32}", text), "utf-8")
    (finding,) = school.findings(offline=False)["server"]
    assert "does not accept" in finding.sentence
    assert "aaaa" not in str(finding)


@pytest.mark.parametrize(
    ("level", "state", "says"),
    [
        pytest.param(60, State.WARN, "read receipts cannot be read", id="older than any tried"),
        pytest.param(218, State.OK, "reactions given in it may be lost", id="8.0"),
        pytest.param(490, State.OK, "feature level 490", id="12.0"),
    ],
)
def test_what_a_server_of_some_age_lacks(
    school: School, level: int, state: State, says: str
) -> None:
    """What its feature level switches off, by the server's own word."""
    school.sandbox.settings.feature_level = level
    found = school.findings(offline=False)["server"]
    assert worst(found) is state
    assert says in "".join(map(str, found))


@pytest.mark.parametrize(
    ("ahead_seconds", "state"), [(0, State.OK), (-120, State.WARN), (3600, State.FAIL)]
)
def test_a_servers_clock_is_compared_over_the_wire(
    school: School, ahead_seconds: int, state: State
) -> None:
    """By the date that stands above each of its answers, as web servers give it."""
    with relay(school.sandbox.url, ahead_seconds=-ahead_seconds) as url:
        text = school.zuliprc.read_text("utf-8").replace(school.sandbox.url, url)
        school.zuliprc.write_text(text, "utf-8")
        (finding,) = school.findings(offline=False)["clock"]
    assert finding.state is state
    assert ("ahead of" in finding.sentence) or ahead_seconds <= 0
    assert bool(finding.advice) is (state is not State.OK)


def test_backups_without_a_database_are_to_be_restored(school: School) -> None:
    """On a new machine, the file that `run` would make knows of nothing that was sent."""
    (backup,) = folder_of(school.database).iterdir()
    school.database.unlink()
    (finding,) = school.findings()["database"]
    assert finding.state is State.FAIL
    assert f"nudgebot restore {backup}" in finding.advice


def test_a_server_that_is_away_is_a_failure(school: School) -> None:
    """One sentence, without the key."""
    school.sandbox.stop()
    found = school.findings(offline=False)["server"]
    assert worst(found) is State.FAIL
    assert "cannot be reached" in found[0].sentence


def test_broken_rules_are_a_failure(school: School) -> None:
    """They are counted; `rules check` lists them."""
    (school.folder / "rules" / "broken.yaml").write_text("id: [", "utf-8")
    assert school.state("rules") is State.FAIL


@pytest.mark.parametrize(
    ("ahead_seconds", "state"),
    [(2.0, State.OK), (-90.0, State.WARN), (4000.0, State.FAIL), (None, State.OK)],
)
def test_a_clock_that_is_wrong(ahead_seconds: float | None, state: State) -> None:
    """A few seconds are the network's; five minutes send nudges at wrong times."""
    (finding,) = clock_findings(ahead_seconds)
    assert finding.state is state


def test_a_check_that_ends_by_an_error_tells_no_value() -> None:
    """Its kind is enough; an error's own text may quote a row."""

    def check() -> Iterator[Finding]:
        yield Finding("x", State.OK, "first.")
        raise sqlite3.DatabaseError("Sam's row")

    found = list(guarded("x", check))
    assert [each.state for each in found] == [State.OK, State.FAIL]
    assert "Sam" not in str(found[1])
