"""Uploads over the wire: any bytes, and only for those who were shown the link."""

from __future__ import annotations

import io
from typing import Any

import pytest
import requests
import zulip

from nudgebot.sandbox.realm import School
from nudgebot.sandbox.records import SandboxUser
from nudgebot.sandbox.server import Sandbox

BYTES = bytes(range(256)) * 40 + b"\r\n--\r\n\r\n"


def _upload(client: zulip.Client, name: str = "chart.png", data: bytes = BYTES) -> dict[str, Any]:
    file = io.BytesIO(data)
    file.name = name
    return client.upload_file(file)


def _open(sandbox: Sandbox, user: SandboxUser, path: str) -> requests.Response:
    return requests.get(sandbox.url + path, auth=(user.email, user.api_key), timeout=5)


def test_an_upload_is_opened_by_its_owner_and_by_the_links_audience(
    sandbox: Sandbox, school: School, bot: zulip.Client
) -> None:
    """Before the link is sent only the owner may; afterwards exactly that message's audience."""
    ana, ben = school.students[:2]
    answer = _upload(bot)
    uri = answer["uri"]
    assert uri.endswith("/chart.png")
    assert "url" not in answer
    assert _open(sandbox, school.bot, uri).content == BYTES
    assert _open(sandbox, ana, uri).status_code == 403
    sandbox.say(ben, f"look [here]({uri})", ben)
    assert _open(sandbox, ben, uri).status_code == 403, "another's link opens nothing"
    bot.send_message({"type": "private", "to": [ana.user_id], "content": f"[chart.png]({uri})"})
    shown = _open(sandbox, ana, uri)
    assert (shown.content, shown.headers["Content-Type"]) == (BYTES, "image/png")
    assert _open(sandbox, ben, uri).status_code == 403
    assert requests.get(sandbox.url + uri, timeout=5).status_code == 401


@pytest.mark.parametrize(
    ("name", "kept"),
    [
        ("report.pdf", "report.pdf"),
        ("/home/me/secret folder/marks.csv", "marks.csv"),
        ("a b(1).png", "a-b1.png"),
        ("übung.png", "%C3%BCbung.png"),
    ],
)
def test_a_file_name_is_made_safe(
    sandbox: Sandbox, school: School, bot: zulip.Client, name: str, kept: str
) -> None:
    """Folders and odd characters go; the address always opens."""
    uri = _upload(bot, name)["uri"]
    assert uri.rsplit("/", 1)[1] == kept
    assert _open(sandbox, school.bot, uri).content == BYTES


def test_nothing_and_too_much_are_refused(sandbox: Sandbox, bot: zulip.Client) -> None:
    """No file, or one above the limit."""
    none = bot.call_endpoint("user_uploads")
    assert none["msg"] == "You must specify a file to upload"
    sandbox.settings.max_file_upload_size_mib = 0
    large = _upload(bot)
    assert large["msg"] == "Uploaded file is larger than the allowed limit of 0 MiB"


def test_newer_servers_answer_with_a_url(connect: Any) -> None:
    """`url` from 272 on, `filename` from 285 on, `uri` as before."""
    with Sandbox(feature_level=285) as sandbox:
        answer = _upload(connect(sandbox, sandbox.add_user("Ana")))
        assert answer["url"] == answer["uri"]
        assert answer["filename"] == "chart.png"


def test_a_temporary_address_needs_no_key_for_a_minute(
    sandbox: Sandbox, bot: zulip.Client, clock: Any
) -> None:
    """GET /user_uploads/… of the API gives one; after 60 seconds it is over."""
    uri = _upload(bot)["uri"]
    address = bot.call_endpoint(uri.removeprefix("/"), method="GET")["url"]
    assert requests.get(sandbox.url + address, timeout=5).content == BYTES
    clock.go_on(61)
    assert requests.get(sandbox.url + address, timeout=5).status_code == 403


def test_a_page_is_never_run_from_an_upload(
    sandbox: Sandbox, school: School, bot: zulip.Client
) -> None:
    """Anything but pictures, text and PDF comes as a download."""
    uri = _upload(bot, "page.html", b"<script>alert(1)</script>")["uri"]
    answer = _open(sandbox, school.bot, uri)
    assert answer.headers["Content-Disposition"].startswith("attachment")
    assert "default-src 'none'" in answer.headers["Content-Security-Policy"]
