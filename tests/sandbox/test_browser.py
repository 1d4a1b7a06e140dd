"""A teacher and a student in a real browser, and the bot at the other end of the API."""

from __future__ import annotations

import shutil
from collections.abc import Iterator

import pytest
import zulip
from playwright.sync_api import Browser, Page, expect, sync_playwright

from nudgebot.sandbox.realm import School
from nudgebot.sandbox.records import SandboxUser
from nudgebot.sandbox.server import Sandbox

from .bench import FORM

NAMES = ("chromium", "chromium-browser", "google-chrome")
CHROMIUM = next((path for name in NAMES if (path := shutil.which(name))), None)
ARGUMENTS = [
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]

pytestmark = [
    pytest.mark.browser,
    pytest.mark.skipif(CHROMIUM is None, reason="no Chromium or Chrome is installed"),
]


class Watch:
    """Pages whose errors, and whose requests to anywhere else, are noted."""

    def __init__(self, browser: Browser, sandbox: Sandbox) -> None:
        self._browser = browser
        self._sandbox = sandbox
        self.problems: list[str] = []
        self.strays: list[str] = []

    def open(self, path: str) -> Page:
        """A page in a window of its own."""
        page = self._browser.new_page()
        page.set_default_timeout(10_000)
        page.on("pageerror", lambda error: self.problems.append(str(error)))
        page.on("console", lambda line: self._heard(line.type, line.text))
        page.on("request", lambda request: self._seen(request.url))
        page.goto(self._sandbox.url + path)
        return page

    def _heard(self, kind: str, text: str) -> None:
        if kind in ("error", "warning"):
            self.problems.append(text)

    def _seen(self, url: str) -> None:
        if not url.startswith(self._sandbox.url + "/"):
            self.strays.append(url)


@pytest.fixture
def watch(sandbox: Sandbox) -> Iterator[Watch]:
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=ARGUMENTS)
        yield Watch(browser, sandbox)
        browser.close()


def _answer(bot: zulip.Client, to: SandboxUser, content: str) -> None:
    sent = bot.send_message({"type": "private", "to": [to.user_id], "content": content})
    assert sent["result"] == "success"


def test_a_teacher_clicks_and_a_student_answers(
    sandbox: Sandbox, school: School, bot: zulip.Client, watch: Watch
) -> None:
    """Messages, buttons, reactions and replies go both ways, live, by mouse and by keyboard."""
    ana = school.students[0]
    teacher = watch.open("/")
    expect(teacher.get_by_role("note")).to_contain_text("This is nudgebot's sandbox, not Zulip.")
    teacher.get_by_role("link", name="Tara Teacher").click()
    expect(teacher.get_by_role("heading", level=1)).to_have_text("nudgebot")

    widget = {"widget_type": "zform", "extra_data": FORM}
    bot.send_message(
        {
            "type": "private",
            "to": [school.teacher.user_id],
            "content": "Send? Type yes 1.",
            "widget_content": widget,
        }
    )
    teacher.get_by_role("button", name="Yes", exact=True).click()
    clicked = sandbox.wait_for(lambda: sandbox.messages_to(school.bot), 10)
    assert [message.content for message in clicked] == ["yes 1"]
    expect(teacher.locator(".message.mine .body")).to_have_text("yes 1")

    student = watch.open(f"/as/{ana.user_id}?c=dm:{school.bot.user_id}")
    _answer(bot, ana, "Hi Ana, **10 minutes** of fractions?\n\n```spoiler Why\nA streak.\n```")
    expect(student.locator(".body strong")).to_have_text("10 minutes")
    student.get_by_text("Why", exact=True).click()
    expect(student.get_by_text("A streak.")).to_be_visible()
    student.get_by_label("Add a reaction").click()
    student.get_by_role("button", name=":check:").click()
    nudge = sandbox.messages_to(ana)[0]
    assert sandbox.wait_for(lambda: sandbox.messages()[-1].reactions, 10)
    assert sandbox.messages()[-1].reactions[0].user_id == ana.user_id
    assert sandbox.flags(ana, nudge) == frozenset({"read"})
    expect(student.locator(".chip[aria-pressed=true]")).to_be_visible()
    expect(student.get_by_text("A streak.")).to_be_visible()  # an update closes nothing

    box = student.get_by_role("textbox", name="Message nudgebot")
    box.fill("Yes, tonight")
    box.press("Enter")
    assert sandbox.wait_for(lambda: len(sandbox.messages_to(school.bot)) == 2, 10)
    expect(box).to_have_value("")
    expect(student.locator(".message.mine .body")).to_have_text("Yes, tonight")
    assert watch.problems == []
    assert watch.strays == []


def test_a_page_comes_back_with_its_server(
    sandbox: Sandbox, school: School, bot: zulip.Client, watch: Watch
) -> None:
    """While the server is away the title says so; afterwards what was missed is there."""
    ana = school.students[0]
    page = watch.open(f"/as/{ana.user_id}?c=dm:{school.bot.user_id}")
    sandbox.faults.go_away()
    page.wait_for_function("document.title.startsWith('(offline)')")
    sandbox.faults.come_back()
    _answer(bot, ana, "back again")
    expect(page.locator(".message .body")).to_have_text("back again")
    page.wait_for_function("!document.title.startsWith('(offline)')")
