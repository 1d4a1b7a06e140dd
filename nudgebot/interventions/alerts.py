"""Alerts: raised by rules, one a student and cause, open until somebody deals with them."""

from __future__ import annotations

import json
from collections.abc import Collection
from datetime import datetime

from nudgebot.errors import CommandError
from nudgebot.interventions.alerts_crisis import open_crisis, repeat_crises
from nudgebot.interventions.alerts_kept import (
    ACKNOWLEDGED,
    OPEN,
    OVER,
    RESOLVED,
    Alert,
    read_alerts,
)
from nudgebot.interventions.alerts_raised import sync
from nudgebot.interventions.alerts_repeated import repeat
from nudgebot.interventions.colleagues import note_for
from nudgebot.interventions.means import Actor, Means
from nudgebot.interventions.record import InterventionType, Record
from nudgebot.markup import esc, global_time
from nudgebot.school.days import to_at

LONGEST_NOTES = 1000


class Alerts:
    """Keeps the alerts; who may see the student is for the caller to ask."""

    def __init__(self, means: Means, record: Record) -> None:
        self._means = means
        self._store = means.store
        self._record = record

    def tick(self, as_of: datetime) -> int:
        """Do what time brings; returns how many things were done."""
        again = repeat_crises(self._means, as_of)
        return again + self.sync(as_of) + repeat(self._means, as_of)

    def sync(self, as_of: datetime) -> int:
        """Bring them up to what nudging has decided; call it before that is delivered."""
        return sync(self._means, as_of)

    def cry(self, student_id: str, at: datetime) -> None:
        """A student wrote urgent words: an alert stands until a person closes it with notes."""
        open_crisis(self._store, student_id, at)

    def crisis_of(self, student_id: str) -> Alert | None:
        """The student's alert after urgent words that still is to be dealt with."""
        return next((each for each in self.of([student_id]) if each.is_crisis), None)

    def find(self, alert_id: int) -> Alert | None:
        """The alert of that number."""
        found = read_alerts(self._store, "a.alert_id = ?", [alert_id])
        return found[0] if found else None

    def of(self, student_ids: Collection[str] | None) -> list[Alert]:
        """The open and acknowledged alerts of these students or of all, the most urgent first."""
        standing = "a.state IN ('open', 'acknowledged')"
        if student_ids is None:
            return read_alerts(self._store, standing, [])
        chosen = "a.student_id IN (SELECT value FROM json_each(?))"
        return read_alerts(self._store, f"{standing} AND {chosen}", [json.dumps([*student_ids])])

    def acknowledge(self, actor: Actor, alert_id: int, *, as_of: datetime) -> Alert:
        """Somebody sees to it: it is not told again; done twice it stays the first one's.

        Raises CommandError where it does not stand any more.
        """
        with self._store.transaction():
            before = self._standing(alert_id)
            if before.state == OPEN:
                self._tell(actor, before, "sees to", as_of)
            self._store.execute(
                """UPDATE alerts SET state = 'acknowledged', acknowledged_at = ?,
                   acknowledged_by = ? WHERE alert_id = ? AND state = 'open'""",
                [to_at(as_of), actor.user_id, alert_id],
            )
            return self._existing(alert_id)

    def resolve(
        self,
        actor: Actor,
        alert_id: int,
        resolution_notes: str,
        *,
        action_taken: str = "",
        as_of: datetime,
    ) -> Alert:
        """It is dealt with, and noted as an intervention; without an action its tags are that.

        Raises CommandError where it does not stand any more, or nothing is noted.
        """
        notes = resolution_notes.strip()
        if not notes:
            raise CommandError(f"Say what was done and what came of it: `resolve {alert_id} …`.")
        if len(notes) > LONGEST_NOTES:
            raise CommandError(f"Notes have at most {LONGEST_NOTES} characters.")
        with self._store.transaction():
            alert = self._standing(alert_id)
            done = action_taken.strip() or ", ".join(each.tag for each in alert.tags)
            action = f"Resolved “{alert.title}”{f' ({done})' if done else ''}: {notes}"
            kind = InterventionType.RESOLUTION
            self._close(actor, alert, kind, notes=notes, action=action, as_of=as_of)
            return self._existing(alert_id)

    def close_crisis(
        self, actor: Actor, alert: Alert, notes: str, *, action: str, as_of: datetime
    ) -> None:
        """Somebody lets nudges go on after urgent words, and says in `notes` what was done.

        Raises CommandError where the notes are too long.
        """
        if len(notes) > LONGEST_NOTES:
            raise CommandError(f"Notes have at most {LONGEST_NOTES} characters.")
        kind = InterventionType.RESUME
        self._close(actor, alert, kind, notes=notes, action=action, as_of=as_of)

    def _close(
        self,
        actor: Actor,
        alert: Alert,
        kind: InterventionType,
        *,
        notes: str,
        action: str,
        as_of: datetime,
    ) -> None:
        with self._store.transaction():
            self._tell(actor, alert, "has resolved", as_of)
            self._store.execute(
                """UPDATE alerts SET state = 'resolved', resolved_at = ?, resolved_by = ?,
                   resolution_notes = ? WHERE alert_id = ?""",
                [to_at(as_of), actor.user_id, notes, alert.alert_id],
            )
            source = f"alert:{alert.alert_id}:{self._resolutions(alert.alert_id) + 1}"
            self._record.note(
                kind,
                actor,
                student_id=alert.student_id,
                action_taken=action,
                source=source,
                as_of=as_of,
                alert_id=alert.alert_id,
            )
            self._record.resolve(source, notes, as_of)

    def reopen(self, actor: Actor, alert_id: int, *, as_of: datetime) -> Alert:
        """Take a resolution back, or else an acknowledgement.

        Raises CommandError where there is none, or the cause has gone meanwhile.
        """
        with self._store.transaction():
            alert = self._existing(alert_id)
            if alert.state == OVER or not self._cause_holds(alert):
                raise CommandError(
                    f"What alert {alert_id} was about is over. If it comes back, a new alert does."
                )
            if alert.state == OPEN:
                raise CommandError(f"Alert {alert_id} is open.")
            self._tell(actor, alert, "has reopened", as_of)
            state = ACKNOWLEDGED if alert.state == RESOLVED and alert.acknowledged_at else OPEN
            self._store.execute(
                """UPDATE alerts SET state = :state, resolved_at = NULL, resolved_by = NULL,
                   resolution_notes = '',
                   acknowledged_at = CASE :state WHEN 'open' THEN NULL ELSE acknowledged_at END,
                   acknowledged_by = CASE :state WHEN 'open' THEN NULL ELSE acknowledged_by END
                   WHERE alert_id = :id""",
                {"state": state, "id": alert_id},
            )
            if alert.state == RESOLVED:
                self._take_back(alert_id)
            return self._existing(alert_id)

    def _tell(self, actor: Actor, alert: Alert, what: str, as_of: datetime) -> None:
        """A word to those who acknowledged it, resolved it, or did something about it."""
        number = alert.alert_id
        note_for(
            self._store,
            [alert.acknowledged_by, alert.resolved_by, *(tag.user_id for tag in alert.tags)],
            actor,
            about=f"alert:{number}",
            student_id=alert.student_id,
            words=f"{what} alert {number}, {esc(alert.title)}. `alert {number}` shows it.",
            as_of=as_of,
        )

    def _take_back(self, alert_id: int) -> None:
        """The newest resolution in the record counts no more; it stays to be read."""
        self._store.execute(
            """UPDATE interventions SET is_resolved = 0, resolved_at = NULL,
               action_taken = action_taken || ' (taken back)' WHERE source = ?""",
            [f"alert:{alert_id}:{self._resolutions(alert_id)}"],
        )

    def _resolutions(self, alert_id: int) -> int:
        """How often it was resolved so far."""
        found: int = self._store.value(
            """SELECT COUNT(*) FROM interventions
               WHERE alert_id = ? AND source LIKE 'alert:%'""",
            [alert_id],
        )
        return found

    def _cause_holds(self, alert: Alert) -> bool:
        if alert.is_crisis:
            newer = self.crisis_of(alert.student_id)
            return newer is None or newer.alert_id == alert.alert_id
        since = self._store.value(
            "SELECT began_at FROM episodes WHERE student_id = ? AND rule_id = ?",
            [alert.student_id, alert.rule_id],
        )
        return bool(since == to_at(alert.episode_at))

    def _existing(self, alert_id: int) -> Alert:
        alert = self.find(alert_id)
        if alert is None:
            raise CommandError("There is no alert of that number.")
        return alert

    def _standing(self, alert_id: int) -> Alert:
        alert = self._existing(alert_id)
        if alert.state == RESOLVED and alert.resolved_at is not None:
            raise CommandError(
                f"Alert {alert_id} is resolved already, since {global_time(alert.resolved_at)}. "
                f"`reopen {alert_id}` opens it again."
            )
        if alert.state == OVER:
            raise CommandError(f"Alert {alert_id} is over: what it was about holds no more.")
        return alert
