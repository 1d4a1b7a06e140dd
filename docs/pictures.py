"""Makes the README's pictures: plays the demo's tour, asks for reports, photographs both."""

from __future__ import annotations

import shutil
import subprocess
import sys
import tempfile
from contextlib import ExitStack
from pathlib import Path

import requests
from playwright.sync_api import Page, sync_playwright

from nudgebot.cli.demo import playing
from nudgebot.cli.stage import Stage
from nudgebot.cli.tour import Tour

HERE = Path(__file__).parent
BROWSERS = ("chromium", "chromium-browser", "google-chrome")
QUIET = ("--disable-background-networking", "--disable-component-update", "--disable-sync")
WIDTH = 1100
PAGE_DPI = "60"
ASKED = {  # what the teacher asks, the chart that answers, the picture, and its height
    "report student 5": ("accuracy-trend", "report", 1880),
    "skills 7b-math": ("skills-heatmap", "skills", 1840),
}
PRINTED = {  # what the teacher asks, the picture, and the page that it shows
    "report student 5 pdf": ("report-student", 3),
    "report class 7b-math pdf": ("report-class", 1),
}


def main() -> None:
    """Write docs/*.png; exit 1 where the tour fails, or where no browser or poppler is there."""
    browser = next(filter(None, map(shutil.which, BROWSERS)), None)
    if browser is None or shutil.which("pdftoppm") is None:
        sys.exit("Install Chromium and poppler-utils to make the pictures.")
    with ExitStack() as closing:
        stage, news = closing.enter_context(playing())
        if not Tour(stage, news, lambda _: None).play():
            sys.exit("The tour did not reach its end.")
        playwright = closing.enter_context(sync_playwright())
        chromium = playwright.chromium.launch(
            executable_path=browser, args=["--no-sandbox", "--disable-gpu", *QUIET]
        )
        page = chromium.new_page(viewport={"width": WIDTH, "height": 1500})
        address = f"{stage.sandbox.url}/as/{stage.teacher.user_id}?c=dm:{stage.bot.user_id}"
        page.goto(address)
        page.wait_for_selector("text=inactive")
        page.screenshot(path=HERE / "conversation.png")
        for text, (chart, name, height) in ASKED.items():
            ask(stage, text, "What next for")
            page.set_viewport_size({"width": WIDTH, "height": height})
            page.goto(address)
            photograph(page, chart, HERE / f"{name}.png")
        chromium.close()
        for text, (name, number) in PRINTED.items():
            print_page(pdf(stage, text), number, HERE / f"{name}.png")


def ask(stage: Stage, text: str, holding: str) -> str:
    """Ask as the teacher; the answer's message with these words in it."""
    sandbox, teacher = stage.sandbox, stage.teacher
    asked = sandbox.say(teacher, text, stage.bot)

    def found() -> str:
        for message in sandbox.messages_to(teacher, sender=stage.bot):
            if message.message_id > asked.message_id and holding in message.content:
                return message.content
        return ""

    content = sandbox.wait_for(found, 30)
    if not content:
        sys.exit(f"{text!r} was not answered.")
    return content


def photograph(page: Page, chart: str, path: Path) -> None:
    """The end of the conversation, once the chart is drawn in it."""
    picture = page.locator(f"img[src*='{chart}']").last
    picture.wait_for()
    picture.evaluate("image => image.decode()")
    page.locator("button", has_text="PDF").last.scroll_into_view_if_needed()
    page.screenshot(path=path)


def pdf(stage: Stage, text: str) -> bytes:
    """The PDF that the bot answers with, fetched as the teacher's app would."""
    content = ask(stage, text, ".pdf)")
    path = content[content.index("/user_uploads/") : content.rindex(")")]
    auth = (stage.teacher.delivery_email, stage.teacher.api_key)
    answer = requests.get(f"{stage.sandbox.url}/api/v1{path}", auth=auth, timeout=30)
    return requests.get(stage.sandbox.url + answer.json()["url"], timeout=30).content


def print_page(content: bytes, number: int, path: Path) -> None:
    """A picture of a page of a PDF."""
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "report.pdf"
        file.write_bytes(content)
        command = ["pdftoppm", "-r", PAGE_DPI, "-png", "-singlefile", "-f", str(number), str(file)]
        subprocess.run([*command, str(path.with_suffix(""))], check=True)


if __name__ == "__main__":
    main()
