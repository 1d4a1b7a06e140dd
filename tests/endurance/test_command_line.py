"""Bad input on the command line: one sentence that says what to do, exit code 2, no key shown."""

from __future__ import annotations

import socket
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from contract.forked import command_line, fork
from contract.program import environment
from contract.school_files import write_rules

from nudgebot.sandbox.realm import found_school
from nudgebot.sandbox.server import Sandbox

KEY = "k3yThatNobodyMaySee0000000000000"
SECONDS = 60
NO_ACCOUNT = "[nudgebot]\n"  # enough for what needs no server


@dataclass(frozen=True)
class Ended:
    """How a process ended, and all that it said on both outputs."""

    code: int | None
    said: str


def run(folder: Path, zuliprc: str | None, *words: str, **settings: object) -> Ended:
    """The program with these words; `zuliprc` is the text of its file, None leaves it out."""
    path = folder / "zuliprc"
    if zuliprc is not None:
        path.write_text(zuliprc, encoding="utf-8")
        path.chmod(0o600)
    rules, templates = write_rules(folder, word="wordcommandline")
    own: dict[str, object] = {
        "database": folder / "school.db",
        "inbox": folder,
        "rules_file_path": rules,
        "templates_path": templates,
    }
    log = folder / "said.log"
    process = fork(
        command_line,
        ["-c", str(path), *words],
        environment=environment(**(own | settings)),
        folder=folder,
        log=log,
    )
    process.join(SECONDS)
    return Ended(process.exitcode, log.read_text(encoding="utf-8"))


def account(site: str, *, key: str = KEY) -> str:
    return f"[api]\nemail=nudgebot-bot@school.example\nkey={key}\nsite={site}\n"


@pytest.fixture(scope="module")
def sandbox() -> Iterator[Sandbox]:
    with Sandbox() as running:
        found_school(running)
        yield running


@pytest.fixture
def closed_port() -> int:
    """A port on which nobody listens."""
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        return int(taken.getsockname()[1])


def refusal(ended: Ended) -> str:
    """What a person is told; checks what holds for every refusal."""
    assert ended.code == 2, ended.said
    assert "Traceback" not in ended.said, ended.said
    assert KEY not in ended.said
    _, _, told = ended.said.rpartition("nudgebot: ")
    return told


def is_one_sentence(ended: Ended) -> bool:
    """Whether nothing but one line is said."""
    return ended.said == f"nudgebot: {refusal(ended)}" and ended.said.count("\n") == 1


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        pytest.param(None, "zuliprc", id="no file"),
        pytest.param("", "[api]", id="an empty file"),
        pytest.param(f"key={KEY}\n", "zuliprc", id="no section"),
        pytest.param(f"[api]\n{KEY}\n", "zuliprc", id="a line that is no setting"),
        pytest.param(f"[api]\nkey={KEY}\n", "email", id="half of it is missing"),
        pytest.param(account("no address"), "site", id="a site that is no address"),
        pytest.param(
            account("http://127.0.0.1:1") + "[nudgebot]\ninbx = here\n", "inbox", id="a slip"
        ),
    ],
)
def test_a_malformed_zuliprc(tmp_path: Path, text: str | None, wanted: str) -> None:
    """The sentence names what is wrong with the file, and never the key."""
    ended = run(tmp_path, text, "run")
    assert is_one_sentence(ended), ended.said
    assert wanted in ended.said


def test_an_unreachable_server(tmp_path: Path, closed_port: int) -> None:
    """The sentence names the server."""
    site = f"http://127.0.0.1:{closed_port}"
    ended = run(tmp_path, account(site), "run")
    assert is_one_sentence(ended), ended.said
    assert site in ended.said


def test_a_wrong_key(tmp_path: Path, sandbox: Sandbox) -> None:
    """The sentence says where to get the right one."""
    ended = run(tmp_path, account(sandbox.url), "run")
    assert is_one_sentence(ended), ended.said
    assert "Personal settings" in ended.said


def test_a_setting_of_the_wrong_kind(tmp_path: Path, sandbox: Sandbox) -> None:
    """The sentence names the setting and where it was read."""
    ended = run(tmp_path, account(sandbox.url), "run", sends_per_minute="many")
    assert is_one_sentence(ended), ended.said
    assert "NUDGEBOT_SENDS_PER_MINUTE" in ended.said


def test_a_database_that_is_none(tmp_path: Path, sandbox: Sandbox) -> None:
    """A file that is something else is left as it is."""
    other = tmp_path / "letter.txt"
    other.write_text("Dear parents, " * 100, encoding="utf-8")
    owner = next(user for user in sandbox.users() if user.is_bot)
    ended = run(tmp_path, sandbox.zuliprc(owner), "run", database=other)
    assert is_one_sentence(ended), ended.said
    assert other.read_text(encoding="utf-8").startswith("Dear parents")


@pytest.mark.parametrize("words", [("rules", "check"), ("evaluate", "--dry-run")])
def test_broken_rules(tmp_path: Path, words: tuple[str, ...]) -> None:
    """Every problem is listed with its file and line."""
    rules, _ = write_rules(tmp_path / "broken", word="wordbroken")
    (rules / "broken.yaml").write_text("id: broken\nname: [unclosed\n", encoding="utf-8")
    ended = run(tmp_path, NO_ACCOUNT, *words, rules_file_path=rules)
    assert "rules/broken.yaml:" in refusal(ended)


@pytest.mark.parametrize(
    "content",
    [
        pytest.param(None, id="no such file"),
        pytest.param(b"PK\x03\x04 and no more", id="half a zip"),
        pytest.param(b"", id="nothing in it"),
    ],
)
def test_an_export_that_cannot_be_read(tmp_path: Path, content: bytes | None) -> None:
    """`ingest` names the file."""
    export = tmp_path / "export.zip"
    if content is not None:
        export.write_bytes(content)
    ended = run(tmp_path, NO_ACCOUNT, "ingest", str(export))
    assert refusal(ended).startswith("export.zip")


def test_a_zuliprc_that_others_can_read_is_told(tmp_path: Path) -> None:
    """Whoever has the key is the bot."""
    path = tmp_path / "zuliprc"
    path.write_text(f"[api]\nkey={KEY}\n", encoding="utf-8")
    path.chmod(0o644)
    ended = run(tmp_path, None, "run")
    assert "can be read by others: chmod 600" in ended.said
    assert KEY not in ended.said
