"""A start says in ten lines what it will do, and no secret."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

from nudgebot.chat.server_facts import ZulipServer
from nudgebot.nudging.rule_book import RuleBook
from nudgebot.service.opening import opening_lines
from nudgebot.settings import read_settings
from nudgebot.store import Store
from nudgebot.store.backups import back_up, folder_of

ROOT = Path(__file__).parents[2]
NOW = datetime(2026, 11, 19, 14, 30, tzinfo=UTC)


def test_ten_lines_and_no_secret(tmp_path: Path) -> None:
    """Neither keys nor passwords, and of addresses only the machine's name."""
    environment = {
        "NUDGEBOT_SMTP_PASSWORD": "s3cret",
        "NUDGEBOT_AI_API_KEY": "s3cret",
        "NUDGEBOT_AI_BASE_URL": "https://user:s3cret@models.example/v1?key=s3cret",
        "NUDGEBOT_AI_HEADERS": "x-key: s3cret",
        "NUDGEBOT_AI_MODEL": "small",
        "NUDGEBOT_SMTP_HOST": "mail.example",
        "NUDGEBOT_SMTP_USER": "s3cret-user",
        "NUDGEBOT_MAIL_FROM": "bot@school.example",
        "NUDGEBOT_TIMEZONE": "Europe/Berlin",
        "NUDGEBOT_STAFF_STREAM": "staff",
        "NUDGEBOT_ADMINS": "7, 9",
        "NUDGEBOT_DATABASE": str(tmp_path / "school.db"),
    }
    settings = read_settings(environment=environment)
    store = Store(tmp_path / "school.db")
    store.execute("CREATE TABLE a (n)")
    store.close()
    back_up(settings["database"], folder_of(settings["database"]), as_of=NOW)
    book = RuleBook(ROOT / "rules", ROOT / "message_templates")
    book.reload_if_changed(NOW)
    lines = opening_lines(
        settings,
        server=ZulipServer("https://zulip.example", "8.0", 237, "nudgebot", 10),
        book=book,
        rules_on=3,
        as_of=NOW,
    )
    text = "\n".join(lines)
    assert len(lines) == 10
    assert "s3cret" not in text
    for fact in (
        "newest backup",
        "2026-11-19 14:30 UTC",
        f"Rules: {len(book.rules.rules)} from {ROOT / 'rules'}, 3 on",
        "zulip.example, version 8.0 (feature level 237), as “nudgebot” (user 10)",
        "mail.example:587 (starttls)",
        "small at models.example",
        "22–8 h, not at weekends",
        "the organisation's own and 7, 9; staff stream: staff",
        "evaluated now (15:30) and every 60 minutes",
    ):
        assert fact in text


def test_the_size_counts_what_is_still_in_the_log(tmp_path: Path) -> None:
    """A new database is all in its log; “0.0 MB” would look like an empty one."""
    settings = read_settings(environment={"NUDGEBOT_DATABASE": str(tmp_path / "school.db")})
    store = Store(tmp_path / "school.db")
    store.execute("CREATE TABLE a (text)")
    store.execute("INSERT INTO a VALUES (?)", ["x" * 300_000])
    lines = opening_lines(
        settings,
        server=ZulipServer("https://zulip.example", "8.0", 237, "nudgebot", 10),
        book=RuleBook(ROOT / "rules", ROOT / "message_templates"),
        rules_on=0,
        as_of=NOW,
    )
    store.close()
    assert "sound, 0.3 MB" in lines[0]
