"""The only place that builds adapters and hands them on."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable
from contextlib import ExitStack, suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial
from pathlib import Path

import nudgebot
from nudgebot.chat.audit import Audit
from nudgebot.chat.connection import close_client, connect
from nudgebot.chat.cursor import Cursor, Memory
from nudgebot.chat.door import Door
from nudgebot.chat.errands import Errands
from nudgebot.chat.gateway import Gateway
from nudgebot.chat.lane import Lane
from nudgebot.chat.listener import Listener
from nudgebot.chat.office import Office
from nudgebot.chat.opening import open_access, open_office
from nudgebot.chat.reception import Reception
from nudgebot.chat.server_facts import ZulipServer, server_of
from nudgebot.chat.tables import SCHEMA as CHAT
from nudgebot.errors import NudgebotError, RuleError, SettingError
from nudgebot.exports.importer import Importer
from nudgebot.exports.inbox import Inbox
from nudgebot.exports.web_source import WebSources
from nudgebot.insight.figures import Figures
from nudgebot.insight.rhythm import rhythm
from nudgebot.insight.risk_formula import read_formula
from nudgebot.insight.tables import SCHEMA as INSIGHT
from nudgebot.interventions.alerts_in_force import AlertsInForce
from nudgebot.interventions.carriers import Carriers
from nudgebot.interventions.mail import Mailer, mail_server
from nudgebot.interventions.tables import SCHEMA as INTERVENTIONS
from nudgebot.nudging.adaptation import Adaptation, tones_in
from nudgebot.nudging.compose import Composer
from nudgebot.nudging.engine import Engine
from nudgebot.nudging.evaluation import Evaluator
from nudgebot.nudging.model_settings import rewriter_of
from nudgebot.nudging.model_texts import ModelTexts
from nudgebot.nudging.outbox import Outbox
from nudgebot.nudging.personal import ByModel, Limits
from nudgebot.nudging.personal_names import names_of
from nudgebot.nudging.policy import policy_of
from nudgebot.nudging.ports import Grounds
from nudgebot.nudging.rule_book import RuleBook
from nudgebot.nudging.tables import SCHEMA as NUDGING
from nudgebot.school.forgotten import SCHEMA as FORGOTTEN
from nudgebot.school.links import SCHEMA as LINKS
from nudgebot.school.links import Links
from nudgebot.school.tables import SCHEMA as SCHOOL
from nudgebot.service import Clock, Job, Service
from nudgebot.service.alarm import Alarm
from nudgebot.service.manager import ALIVE, READY, STOPPING, notify
from nudgebot.service.nightly import Nightly
from nudgebot.service.notices import Notices
from nudgebot.service.opening import opening_lines
from nudgebot.service.pulse import Pulse
from nudgebot.service.ticks import Ticks
from nudgebot.service.watchdog import Watchdog
from nudgebot.settings import Settings
from nudgebot.store import Store
from nudgebot.store.lock import alone
from nudgebot.store.restoring import tables_of
from nudgebot.store.soundness import DamagedError, ensure_sound

log = logging.getLogger(__name__)

CATCH_UP_SECONDS = 10
DAMAGED = (
    "⚠️ nudgebot has stopped: its database is damaged. Bring the newest backup back with `nudgebot "
    "restore`; the damaged file is kept, and what it still holds of messages sent, answers and "
    "wishes is carried over."
)
SCHEMAS = (SCHOOL, LINKS, INSIGHT, NUDGING, CHAT, INTERVENTIONS, FORGOTTEN)


def open_store(settings: Settings, *, held: bool = False) -> Store:
    """The school's database with the tables of all parts; `held`: its lock is the caller's."""
    return Store(
        settings["database"], SCHEMAS, whole=True, held=held, backups=settings["backup_folder"]
    )


def tables_from_exports() -> frozenset[str]:
    """The tables that exports fill and what is worked out of them: they come again by themselves.

    With them goes what counts the exports that were looked at.
    """
    return tables_of((SCHOOL, LINKS, INSIGHT)) - {"links"} | {"following_state"}


def make_importer(store: Store, settings: Settings) -> Importer:
    """Takes exports into the store."""
    return Importer(store, zone=settings["timezone"], max_drop_share=settings["max_drop_share"])


def make_figures(store: Store, settings: Settings) -> Figures:
    """Works the figures out."""
    return Figures(
        store,
        zone=settings["timezone"],
        thresholds=settings["academic_risk_thresholds"],
        formula=read_formula(settings["risk_weights"]),
    )


def make_book(settings: Settings) -> RuleBook:
    """The rules and templates, not read yet."""
    return RuleBook(or_shipped(settings["rules_file_path"]), or_shipped(settings["templates_path"]))


def make_grounds(store: Store, settings: Settings, figures: Figures, book: RuleBook) -> Grounds:
    """What nudging decides by."""
    return Grounds(
        store,
        policy=policy_of(settings),
        rules=lambda: book.rules,
        figures=figures,
        rhythms=partial(rhythm, store, zone=settings["timezone"]),
        links=Links(store),
        alerts=AlertsInForce(store, lambda: book.rules),
        tones=book.tone_of,
        adaptation=make_adaptation(store, settings, book),
        seen=Audit(store).told,
    )


def make_adaptation(store: Store, settings: Settings, book: RuleBook) -> Adaptation | None:
    """What learns from responses; None where the school does not want it."""
    if not settings["enable_adaptive_rules"]:
        return None
    return Adaptation(
        store,
        tones=lambda template_id, language: tones_in(book.templates, template_id, language),
        confidence=settings["personalization_confidence_threshold"],
        every_hours=settings["rules_update_frequency_hours"],
    )


def make_evaluator(store: Store, settings: Settings, as_of: datetime) -> Evaluator:
    """Decides without sending; raises RuleError when the rules cannot be used."""
    book = make_book(settings)
    read = book.reload_if_changed(as_of)
    if read.problems:
        raise RuleError("\n".join(map(str, read.problems)))
    return Evaluator(make_grounds(store, settings, make_figures(store, settings), book))


def make_personal(store: Store, settings: Settings, *, counting: bool = True) -> ByModel | None:
    """Words that fit the student, where a model can be had; `counting` off: only to look at."""
    try:
        rewriter = rewriter_of(settings)
    except SettingError as error:
        log.warning("%s Templates are sent as they are.", error)
        return None
    if rewriter is None:
        return None
    return ByModel(
        rewriter,
        ModelTexts(store, settings["timezone"]),
        Limits(settings["ai_seconds"], settings["ai_requests_a_day"]),
        names=partial(names_of, store),
        counting=counting,
    )


def or_shipped(path: Path) -> Path:
    """The school's own folder; while it has none, the one that the package brings."""
    shipped = Path(nudgebot.__file__).parent / "shipped" / path.name
    return shipped if not path.exists() and shipped.exists() else path


@dataclass(frozen=True)
class House:
    """Every part of a running nudgebot."""

    settings: Settings
    store: Store
    figures: Figures
    book: RuleBook
    inbox: Inbox
    outbox: Outbox
    engine: Engine
    gateway: Gateway
    office: Office


def build(
    store: Store, settings: Settings, gateway: Gateway, *, clock: Clock | None = None
) -> House:
    """Put the house together around a store and a gateway; `clock` times what is sent."""
    figures = make_figures(store, settings)
    book = make_book(settings)
    now = clock or partial(datetime.now, UTC)
    door = Door(gateway, open_access(store, settings, gateway, gateway), clock=now)
    outbox = Outbox(store, Carriers(door, _mailer(settings, clock)), clock=clock)
    inbox = Inbox(
        settings["inbox"],
        make_importer(store, settings),
        format_name=settings["inbox_format"],
        settle_seconds=settings["inbox_settle_seconds"],
        web=WebSources(
            settings["inbox_urls"].split(), settings["inbox"], token=settings["inbox_token"]
        ),
    )
    grounds = make_grounds(store, settings, figures, book)
    composer = Composer(book, make_personal(store, settings))
    engine = Engine(grounds, composer=composer, outbox=outbox)
    office = open_office(
        store,
        settings,
        streams=gateway,
        figures=figures,
        book=book,
        outbox=outbox,
        upload=gateway.upload,
        release=lambda batch_id, as_of: inbox.release(batch_id, as_of).text,
        in_other_words=_in_other_words(store, settings, book),
        roles=gateway,
    )
    return House(settings, store, figures, book, inbox, outbox, engine, gateway, office)


def _in_other_words(store: Store, settings: Settings, book: RuleBook) -> Composer | None:
    """What teachers' previews show beside a template; its own limits on failures and seconds."""
    personal = make_personal(store, settings, counting=False)
    return None if personal is None else Composer(book, personal)


def _mailer(settings: Settings, clock: Clock | None) -> Mailer | None:
    server = mail_server(settings)
    return None if server is None else Mailer(server, clock=clock or partial(datetime.now, UTC))


def serve(
    settings: Settings,
    zuliprc: Path,
    *,
    clock: Clock,
    stopping: threading.Event,
    done: Callable[[str, object], None] = lambda _name, _result: None,
) -> None:
    """Run until `stopping` is set; raises NudgebotError when it cannot start or go on.

    `done` hears what each job did, by the job's name.
    """
    with ExitStack() as closing:
        closing.enter_context(alone(settings["database"]))
        ear = connect(zuliprc)
        closing.callback(close_client, ear)
        ensure_sound(settings["database"])
        store = open_store(settings, held=True)
        closing.callback(store.close)
        gateway = Gateway(
            partial(connect, zuliprc),
            sends_per_minute=settings["sends_per_minute"],
            queue=Cursor(store).queue_id,
            echo=Memory(store).echo,
            is_anothers=Memory(store).is_anothers,
            wait=stopping.wait,
        )
        closing.callback(gateway.close)
        house = build(store, settings, gateway, clock=clock)
        errands = Errands()
        closing.callback(errands.close)
        reception = Reception(house.office, gateway, gateway.me, clock=clock, background=errands)
        answers = Errands()
        closing.callback(answers.close)
        lane = Lane(
            house.office,
            reception,
            gateway.me,
            clock=clock,
            later=lambda job: answers(partial(gateway.patiently, job)),
            stopping=stopping.is_set,
        )
        listener = Listener(
            ear, store, lane, me=gateway.me, clock=clock, comes_first=lane.comes_first
        )
        reception.resume()
        lane.resume()
        notices = _notices(house)
        pulse = Pulse()
        alarm = _alarm(house, zuliprc, closing)
        closing.enter_context(_watchdog(settings, pulse, alarm))
        closing.callback(notify, STOPPING)
        try:
            Service(
                [
                    *_ticks(house, clock, stopping, notices).jobs(),
                    Job("catching up", CATCH_UP_SECONDS, reception.catch_up),
                    _nightly(settings, notices).job(),
                ],
                listen=listener.run,
                deafen=listener.stop,
                clock=clock,
                stopping=stopping,
                done=done,
                begun=partial(_begun, house, server_of(ear, gateway.me), alarm, clock),
                pulse=pulse,
            ).run()
        except DamagedError:
            with suppress(NudgebotError):
                alarm.say(DAMAGED)
            raise


def _begun(house: House, server: ZulipServer, alarm: Alarm, clock: Clock) -> None:
    """Say what the start came to, once people and rules have been read."""
    on = len(house.office.switches.on(house.book.rules.rules))
    for line in opening_lines(
        house.settings, server=server, book=house.book, rules_on=on, as_of=clock()
    ):
        log.info("%s", line)
    alarm.learn()
    notify(READY)


def _alarm(house: House, zuliprc: Path, closing: ExitStack) -> Alarm:
    """On a connection of its own, with waits that the end of the service does not cut short."""
    gateway = Gateway(partial(connect, zuliprc), sends_per_minute=60)
    closing.callback(gateway.close)
    return Alarm(gateway, house.office.access.admin_ids)


def _watchdog(settings: Settings, pulse: Pulse, alarm: Alarm) -> Watchdog:
    return Watchdog(
        pulse,
        minutes=settings["watchdog_minutes"],
        say=alarm.say,
        alive=partial(notify, ALIVE),
    )


def _nightly(settings: Settings, notices: Notices) -> Nightly:
    return Nightly(
        settings["database"],
        settings["backup_folder"],
        hour=settings["backup_hour"],
        keep_days=settings["backup_keep_days"],
        zone=settings["timezone"],
        tell=partial(notices.tell, "backup"),
    )


def _notices(house: House) -> Notices:
    return Notices(house.outbox, house.office.access.admin_ids, zone=house.settings["timezone"])


def _ticks(house: House, clock: Clock, stopping: threading.Event, notices: Notices) -> Ticks:
    return Ticks(
        house.settings,
        house.store,
        inbox=house.inbox,
        figures=house.figures,
        book=house.book,
        engine=house.engine,
        outbox=house.outbox,
        office=house.office,
        gateway=house.gateway,
        notices=notices,
        clock=clock,
        stopping=stopping.is_set,
    )
