"""What each tick does, as of one moment: import, refresh, decide, deliver, look after the rest."""

from __future__ import annotations

import logging
from collections.abc import Callable, Collection, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

from nudgebot.chat.audit import NOBODY
from nudgebot.chat.freetext import pass_on_waiting
from nudgebot.chat.gateway import Gateway
from nudgebot.chat.office import Office
from nudgebot.errors import DeliveryError
from nudgebot.exports.inbox import Inbox, Outcome
from nudgebot.insight.events import Event
from nudgebot.insight.figures import Figures
from nudgebot.interventions.read_receipts import mark_read
from nudgebot.markup import fence
from nudgebot.nudging.delivery import Delivered
from nudgebot.nudging.engine import Engine
from nudgebot.nudging.evaluation import Evaluation
from nudgebot.nudging.following import Followed, Following
from nudgebot.nudging.length import LONGEST
from nudgebot.nudging.outbox import Outbox
from nudgebot.nudging.policy import policy_of
from nudgebot.nudging.responses import note_read, taps_to_offer
from nudgebot.nudging.review import Reviews, told
from nudgebot.nudging.rule_book import Reload, RuleBook
from nudgebot.nudging.splitting import split
from nudgebot.nudging.summary import post_summary
from nudgebot.rights.retention import KEEP, is_night, prune
from nudgebot.rights.subject import Subject
from nudgebot.service.export_notices import digest_of, rows_left_out, warning_of
from nudgebot.service.freshness_notices import FreshnessNotices
from nudgebot.service.loop import Clock, Job
from nudgebot.service.notices import Notices
from nudgebot.settings import Settings
from nudgebot.store import Store

log = logging.getLogger(__name__)

DELIVER_SECONDS = 5
RULES_SECONDS = 10
PEOPLE_SECONDS = 900
UPKEEP_SECONDS = 600
REVIEWS_SECONDS = 7 * 24 * 3600
INTERVENTIONS_SECONDS = 30
FOLLOWING_SECONDS = 900
RETENTION_SECONDS = 3600
MORE = "\nThere are more; `nudgebot rules check` lists them all."
NO_STREAM = frozenset({"STREAM_DOES_NOT_EXIST", "BAD_REQUEST"})
DELIVERY_AT_MOST = timedelta(seconds=30)


@dataclass(frozen=True)
class Imported:
    """What a look at the inbox brought, and what was decided at once because of it."""

    outcomes: tuple[Outcome, ...]
    events: tuple[Event, ...] = ()
    evaluation: Evaluation | None = None


class Ticks:
    """The jobs of the service; one thread calls them, one after the other."""

    def __init__(
        self,
        settings: Settings,
        store: Store,
        *,
        inbox: Inbox,
        figures: Figures,
        book: RuleBook,
        engine: Engine,
        outbox: Outbox,
        office: Office,
        gateway: Gateway,
        notices: Notices,
        clock: Clock,
        stopping: Callable[[], bool],
    ) -> None:
        self._settings = settings
        self._store = store
        self._inbox = inbox
        self._figures = figures
        self._book = book
        self._engine = engine
        self._outbox = outbox
        self._office = office
        self._gateway = gateway
        self._notices = notices
        self._freshness = FreshnessNotices(settings, store, notices)
        self._clock = clock
        self._stopping = stopping

    def jobs(self) -> list[Job]:
        """All jobs with their rhythms, in the order of a first round."""
        return [
            Job("people", PEOPLE_SECONDS, self.people, before_listening=True),
            Job("rules", RULES_SECONDS, self.rules, before_listening=True),
            Job("imports", self._settings["inbox_poll_seconds"], self.imports),
            Job("evaluation", self._settings["evaluate_minutes"] * 60, self.evaluation),
            Job("delivery", DELIVER_SECONDS, self.delivery),
            Job("interventions", INTERVENTIONS_SECONDS, self.interventions),
            Job("summary", UPKEEP_SECONDS, self.summary),
            Job("following", FOLLOWING_SECONDS, self.following),
            Job("upkeep", UPKEEP_SECONDS, self.upkeep),
            Job("reviews", REVIEWS_SECONDS, self.reviews),
            Job("retention", RETENTION_SECONDS, self.retention),
        ]

    def people(self, as_of: datetime) -> int:
        """Read the organisation's users anew; returns how many there are.

        Who is linked since then gets the answers that waited for a teacher.
        """
        users = self._gateway.users()
        self._office.links.keep_users(users, as_of)
        pass_on_waiting(self._office, as_of)
        for problem in self._strangers({user.user_id for user in users}):
            log.warning("%s", problem)
            self._notices.tell("settings", problem, as_of)
        return len(users)

    def _strangers(self, user_ids: Collection[int]) -> Iterator[str]:
        """What settings name and Zulip does not know."""
        for name in ("admins", "safeguarding_contacts"):
            unknown = [each for each in self._settings[name] if each not in user_ids]
            if unknown:
                listed = ", ".join(map(str, unknown))
                yield f"The setting `{name}` names users that Zulip does not have: {listed}."
        stream = self._settings["staff_stream"]
        if stream:
            try:
                self._gateway.subscribers(stream)
            except DeliveryError as error:
                if error.code not in NO_STREAM:
                    return  # Zulip did not answer; that says nothing about the stream
                yield (
                    "The stream of the setting `staff_stream` is not there, or the bot is not "
                    "subscribed to it; the daily summary waits."
                )

    def rules(self, as_of: datetime) -> Reload:
        """Take up changed rules and templates, or tell the admins why they are not."""
        looked = self._book.reload_if_changed(as_of)
        if looked.problems:
            # It quotes the files, and their words are outside text.
            first, *more = split(fence(looked.text), LONGEST - len(MORE))
            self._notices.tell("rules", first + MORE if more else first, as_of)
        return looked

    def imports(self, as_of: datetime) -> Imported:
        """Take what the inbox brings, and judge the rules that wait for what it brought about."""
        outcomes = tuple(self._inbox.poll(as_of))
        for outcome in outcomes:
            if outcome.state not in ("taken", "unchanged"):
                self._notices.tell("export", warning_of(outcome), as_of)
            elif words := rows_left_out(outcome):
                self._notices.tell("rows", words, as_of, once=digest_of(words))
        if all(outcome.state != "taken" for outcome in outcomes) and not self._touched():
            return Imported(outcomes)
        refresh = self._figures.refresh(as_of)
        evaluation = self._engine.evaluate(
            as_of, student_ids=refresh.changed, events=refresh.events
        )
        self._settle(refresh.events, evaluation)
        self._office.interventions.alerts.sync(as_of)
        return Imported(outcomes, refresh.events, evaluation)

    def evaluation(self, as_of: datetime) -> Evaluation:
        """Judge every rule for every student."""
        refresh = self._figures.refresh(as_of)
        found = self._engine.evaluate(as_of, events=refresh.events)
        self._settle(refresh.events, found)
        self._office.interventions.alerts.sync(as_of)
        return found

    def _settle(self, events: Collection[Event], evaluation: Evaluation) -> None:
        """Events are done with once they were really judged: on fresh data, by rules in force.

        What nudging leaves alone altogether (it is switched off) is no event for later.
        """
        waits = self._settings["enable_nudging_system"] and (
            evaluation.note or not self._book.rules.rules
        )
        if not waits:
            self._figures.settle(events)

    def delivery(self, as_of: datetime) -> Delivered:
        """Send what is due, and settle what is open; what is left has its turn after the others."""
        delivered = self._engine.deliver(as_of)
        messages, states = delivered.messages, delivered.states
        until = self._clock() + DELIVERY_AT_MOST
        while delivered.left and not self._stopping() and (now := self._clock()) < until:
            # Each portion has its own moment: a long run must not run on into quiet hours.
            delivered = self._engine.deliver(now)
            messages, states = messages + delivered.messages, states + delivered.states
        self._offer_taps()
        return Delivered(as_of, messages, states, delivered.left, delivered.note)

    def _offer_taps(self) -> None:
        """Put one-tap answers below the nudges that have just arrived."""
        if self._settings["one_tap_answers"]:
            as_of = self._clock()
            for offer in taps_to_offer(self._store, self._office.links, as_of):
                self._outbox.post(offer, as_of)

    def following(self, as_of: datetime) -> Followed:
        """See who has read nudges, and what became of the nudged and of the held-out."""
        note_read(
            self._store,
            self._gateway.read_receipts,
            self._office.links,
            as_of,
            days=self._settings["nudge_effectiveness_tracking_days"],
        )
        return Following(self._store, self._settings["timezone"]).follow(as_of)

    def summary(self, as_of: datetime) -> bool:
        """Post the day's summary in the staff's stream, once a day of school."""
        policy = policy_of(self._settings)
        try:
            if policy.staff_stream:
                self._gateway.subscribers(policy.staff_stream)
        except DeliveryError:
            return False  # a refusal would use the day's key up
        return post_summary(self._store, self._figures, policy, self._outbox, as_of)

    def interventions(self, as_of: datetime) -> int:
        """Alerts, reminders, and what exports say of what teachers arranged."""
        return self._office.interventions.tick(as_of)

    def reviews(self, as_of: datetime) -> int:
        """Propose rules to the admins that should be looked at; returns how many it told of."""
        settings = self._settings
        if not settings["enable_adaptive_rules"]:
            return 0
        kept = Reviews(
            self._store,
            minimum=settings["effect_minimum_cases"],
            least_rate=settings["min_response_rate_threshold"],
        )
        found = kept.look({rule.id for rule in self._book.rules.rules}, as_of)
        texts = list(told(found))
        for text in texts:
            self._notices.tell("reviews", text, as_of)
        kept.mark_told(found, as_of)
        return len(texts)

    def upkeep(self, as_of: datetime) -> str:
        """Tell the admins of stale data, ask what was read, empty what nobody needs any more."""
        stale = self._freshness.look(as_of)
        mark_read(self._office.letters, self._office.links, self._gateway.read_receipts, as_of)
        self._office.confirmations.prune(as_of)
        return stale

    def retention(self, as_of: datetime) -> dict[str, int]:
        """Delete a portion of what is older than it is kept; at night, when nobody waits."""
        settings, audit = self._settings, self._office.audit
        if not is_night(as_of, settings["timezone"]):
            return {}

        def in_audit(subject: Subject) -> None:
            own = subject.user_id
            audit.forget(subject.student_id, own_user_id=own, actor_user_id=NOBODY, as_of=as_of)

        keep = {name: settings[name] for name in KEEP}
        done = prune(self._store, keep, as_of, zone=settings["timezone"], in_audit=in_audit)
        if keep["keep_audit_days"]:
            done["audit"] = audit.prune(as_of - timedelta(days=keep["keep_audit_days"]), as_of)
        if keep["keep_outbox_days"]:
            before = as_of - timedelta(days=keep["keep_outbox_days"])
            done["outbox"] = self._outbox.prune(before)
        return done

    def _touched(self) -> bool:
        """Whether an import's effects on the figures are still to be worked out."""
        return self._store.value("SELECT 1 FROM touched LIMIT 1") is not None
