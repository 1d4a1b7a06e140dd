"""Makes the README's pictures: plays the demo's tour and photographs the chat page."""

from __future__ import annotations

import shutil
import sys
from pathlib import Path

from playwright.sync_api import sync_playwright

from nudgebot.cli.demo import playing
from nudgebot.cli.tour import Tour

HERE = Path(__file__).parent
BROWSERS = ("chromium", "chromium-browser", "google-chrome")
QUIET = ("--disable-background-networking", "--disable-component-update", "--disable-sync")


def main() -> None:
    """Write docs/conversation.png; exit 1 where the tour fails or no browser is installed."""
    browser = next(filter(None, map(shutil.which, BROWSERS)), None)
    if browser is None:
        sys.exit("Install Chromium to make the pictures.")
    with playing() as (stage, news):
        if not Tour(stage, news, lambda _: None).play():
            sys.exit("The tour did not reach its end.")
        page_of = f"{stage.sandbox.url}/as/{stage.teacher.user_id}?c=dm:{stage.bot.user_id}"
        with sync_playwright() as playwright:
            chromium = playwright.chromium.launch(
                executable_path=browser, args=["--no-sandbox", "--disable-gpu", *QUIET]
            )
            page = chromium.new_page(viewport={"width": 1100, "height": 1500})
            page.goto(page_of)
            page.wait_for_selector("text=inactive")
            page.screenshot(path=HERE / "conversation.png")
            chromium.close()


if __name__ == "__main__":
    main()
