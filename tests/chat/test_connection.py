"""Whatever is wrong with zuliprc or the server is one clear sentence, and the key is not in it."""

from __future__ import annotations

import socket
from pathlib import Path

import pytest

from chat.conftest import Realm
from nudgebot.chat.connection import connect
from nudgebot.errors import NudgebotError

KEY = "s3cr3tk3ys3cr3tk3y"
WHOLE = "[api]\nemail=bot@school.example\nkey={key}\nsite={site}\n"


@pytest.fixture
def free_port() -> int:
    with socket.socket() as listening:
        listening.bind(("127.0.0.1", 0))
        port: int = listening.getsockname()[1]
        return port


@pytest.mark.parametrize(
    ("text", "says"),
    [
        pytest.param(None, "no such file", id="no file"),
        pytest.param("", r"no section \[api\]", id="empty"),
        pytest.param("email=x\n", "not in the form", id="no section head"),
        pytest.param("[api]\nemail=x\nkey=%\nsite=y\n", "not in the form", id="a stray percent"),
        pytest.param(f"[api]\nkey={KEY}\n", "email, site is missing", id="two values missing"),
        pytest.param(f"[api]\nemail=x\nkey=\nsite={KEY}\n", "key is missing", id="empty key"),
        pytest.param(
            WHOLE.format(key=KEY, site="http://[::bad"), "not the address of a server", id="no URL"
        ),
    ],
)
def test_a_file_at_fault_is_one_sentence(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, text: str | None, says: str
) -> None:
    """The sentence names the file and what to do."""
    for name in ("ZULIP_EMAIL", "ZULIP_API_KEY", "ZULIP_SITE"):
        monkeypatch.delenv(name, raising=False)
    zuliprc = tmp_path / "zuliprc"
    if text is not None:
        zuliprc.write_text(text, encoding="utf-8")
    with pytest.raises(NudgebotError, match=says) as raised:
        connect(zuliprc, {})
    assert str(zuliprc) in str(raised.value)
    assert "key=" not in str(raised.value)


def test_a_server_that_is_not_there(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, free_port: int
) -> None:
    """The sentence names the address, not a traceback."""
    monkeypatch.delenv("ZULIP_SITE", raising=False)
    zuliprc = tmp_path / "zuliprc"
    site = f"http://127.0.0.1:{free_port}"
    zuliprc.write_text(WHOLE.format(key=KEY, site=site), encoding="utf-8")
    with pytest.raises(NudgebotError, match="cannot be reached") as raised:
        connect(zuliprc, {})
    assert site in str(raised.value)
    assert KEY not in str(raised.value)


def test_a_server_that_is_no_zulip(realm: Realm) -> None:
    """A page of something else is told apart from a Zulip server."""
    realm.sandbox.faults.answer(status=404, path="/server_settings")
    with pytest.raises(NudgebotError, match="not as a Zulip server"):
        realm.connect()


def test_a_key_that_is_not_accepted(realm: Realm) -> None:
    """The sentence says where to get a new one, and does not show the old one."""
    key = realm.school.bot.api_key
    realm.sandbox.change_user(realm.school.bot, api_key="another")
    with pytest.raises(NudgebotError, match="does not accept") as raised:
        realm.connect()
    assert key not in str(raised.value)


def test_a_server_in_trouble(realm: Realm) -> None:
    """A 502 at the second call is trouble of the server's, not of the file."""
    realm.sandbox.faults.answer(status=502, path="/users/me")
    with pytest.raises(NudgebotError, match="does not answer as it should"):
        realm.connect()
