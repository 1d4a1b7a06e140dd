"""Opens the office: what needs nothing but the database is made here, the rest is handed in."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from nudgebot.chat.access import Access, AdminRule, Roles, Streams
from nudgebot.chat.audit import Audit
from nudgebot.chat.commands import registry
from nudgebot.chat.confirmations import Confirmations
from nudgebot.chat.office import FiguresInForce, Mailbox, Office
from nudgebot.chat.remembered import Remembered
from nudgebot.interventions.letters import Letters
from nudgebot.interventions.means import Means
from nudgebot.interventions.service import Interventions
from nudgebot.nudging.compose import Composer
from nudgebot.nudging.consent import Consents
from nudgebot.nudging.decisions import Decisions
from nudgebot.nudging.nudges import Nudges
from nudgebot.nudging.rule_book import RuleBook
from nudgebot.nudging.switches import Switches
from nudgebot.school.links import Links
from nudgebot.school.people import People
from nudgebot.school.roster import Roster
from nudgebot.settings import Settings
from nudgebot.store import Store


def open_access(
    store: Store, settings: Settings, streams: Streams, roles: Roles | None = None
) -> Access:
    """Who may see what in a school; `streams` is the gateway, and so is `roles` where it is."""
    return Access(
        People(store),
        Roster(store),
        Links(store),
        streams,
        admins=AdminRule(
            frozenset(settings["admins"]), realm_admins=settings["realm_admins_are_admins"]
        ),
        zone=settings["timezone"],
        roles=roles,
    )


def open_office(
    store: Store,
    settings: Settings,
    *,
    streams: Streams,
    figures: FiguresInForce,
    book: RuleBook,
    outbox: Mailbox,
    upload: Callable[[str, bytes], str],
    release: Callable[[int, datetime], str],
    in_other_words: Composer | None = None,
    roles: Roles | None = None,
) -> Office:
    """The office of a school; `streams` and `roles` are the gateway, and `upload` its own."""
    people, roster, links = People(store), Roster(store), Links(store)
    consents, audit = Consents(store), Audit(store)
    means = Means(
        store=store,
        settings=settings,
        people=people,
        roster=roster,
        links=links,
        figures=figures,
        book=book,
        outbox=outbox,
        consents=consents,
        upload=upload,
        seen=audit.told,
    )
    return Office(
        store=store,
        settings=settings,
        people=people,
        roster=roster,
        links=links,
        access=open_access(store, settings, streams, roles),
        audit=audit,
        figures=figures,
        book=book,
        outbox=outbox,
        consents=consents,
        nudges=Nudges(store),
        decisions=Decisions(store),
        switches=Switches(store),
        confirmations=Confirmations(store, minutes=settings["confirmation_minutes"]),
        letters=Letters(store),
        interventions=Interventions(means),
        registry=registry(),
        remembered=Remembered(store),
        release=release,
        in_other_words=in_other_words,
    )
