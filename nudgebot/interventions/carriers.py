"""Carriers: each message by what reaches its reader, mail by the mail server, the rest by Zulip."""

from __future__ import annotations

from datetime import datetime

from nudgebot.errors import DeliveryError
from nudgebot.interventions.mail import NOBODY_KNOWS
from nudgebot.nudging.carriage import UNSEARCHABLE
from nudgebot.nudging.messages import Mail, Messenger, Outgoing

NO_SERVER = "No mail server is set (setting smtp_host)."


class Carriers:
    """One messenger for all; without a mail server a mail is refused, with the reason."""

    def __init__(self, zulip: Messenger, mail: Messenger | None) -> None:
        self._zulip = zulip
        self._mail = mail

    def send(self, message: Outgoing, *, local_id: str) -> int:
        """Send it by its carrier; raises DeliveryError as that one does."""
        if not isinstance(message.recipient, Mail):
            return self._zulip.send(message, local_id=local_id)
        if self._mail is None:
            raise DeliveryError(NO_SERVER, accepted=False)
        return self._mail.send(message, local_id=local_id)

    def find(
        self, message: Outgoing, *, local_id: str, since: datetime, after_id: int
    ) -> int | None:
        """Look for it where its carrier can; raises DeliveryError as that one does."""
        if not isinstance(message.recipient, Mail):
            return self._zulip.find(message, local_id=local_id, since=since, after_id=after_id)
        if self._mail is None:
            raise DeliveryError(NOBODY_KNOWS, accepted=False, code=UNSEARCHABLE)
        return self._mail.find(message, local_id=local_id, since=since, after_id=after_id)
