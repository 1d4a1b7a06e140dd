"""What a rule file holds is told to the admins as it stands there, and does nothing."""

from __future__ import annotations

import random
import threading
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any, cast

import pytest
from chat.town import ADMIN, NOW, Town

from hardening.hostile_town import alive_in, talked_in
from hardening.rule_folder import RuleFolder, hostile_rule, hostile_template
from nudgebot.nudging.length import LONGEST
from nudgebot.nudging.outbox import Outbox
from nudgebot.nudging.rule_book import RuleBook
from nudgebot.sandbox.markup import Markup
from nudgebot.service.notices import Notices
from nudgebot.service.ticks import Ticks


@pytest.fixture
def town(tmp_path: Path) -> Iterator[Town]:
    opened = Town(tmp_path)
    with closing(opened.store):
        yield opened


def ticks_of(town: Town, book: RuleBook) -> Ticks:
    """The ticks, as far as they look at rules."""
    office, outbox = town.office, Outbox(town.store, town.zulip)
    nothing = cast("Any", None)
    return Ticks(
        office.settings,
        town.store,
        inbox=nothing,
        figures=nothing,
        book=book,
        engine=nothing,
        outbox=outbox,
        office=office,
        gateway=nothing,
        notices=Notices(outbox, office.access.admin_ids, zone=office.zone),
        clock=lambda: NOW,
        stopping=threading.Event().is_set,
    )


def test_nothing_comes_alive_in_what_admins_are_told(tmp_path: Path, town: Town) -> None:
    """No mention, link or picture, whatever the files are called and hold; the old rules stay."""
    dice = random.Random(7)  # noqa: S311  # no secret
    folder = RuleFolder(tmp_path / "nudging")
    ticks, markup = ticks_of(town, folder.book), Markup(500)
    for number in range(25):
        path = folder.rules / f"@**zq|7** {number}.yaml"
        path.write_text(hostile_rule(dice), encoding="utf-8")
        template = folder.templates / f"[zq](zq.com){number}.md"
        template.write_text(hostile_template(dice), encoding="utf-8")
        assert ticks.rules(NOW).problems
        path.unlink()
        template.unlink()
    assert len(folder.book.rules.rules) == folder.in_force
    told = town.zulip.to(ADMIN)
    assert len(told) == 25
    assert all(map(talked_in, told))
    assert [each for each in told if alive_in(each, markup)] == []


def test_of_ever_so_many_problems_the_admins_are_told(tmp_path: Path, town: Town) -> None:
    """A message that Zulip would refuse for its length tells nobody."""
    folder = RuleFolder(tmp_path / "nudging")
    for number in range(300):
        (folder.rules / f"many{number}.yaml").write_text(f"id: many\nkey: {number}\n", "utf-8")
    assert ticks_of(town, folder.book).rules(NOW).problems
    (told,) = town.zulip.to(ADMIN)
    assert len(told) <= LONGEST
    assert "many0.yaml" in told
    assert told.endswith("lists them all.")
    assert "`" * 3 not in told.splitlines()[-1]
    assert told.count("`" * 3) == 2
