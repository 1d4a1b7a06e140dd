"""What each kind of preview does when it is confirmed, and how it takes other words."""

from __future__ import annotations

from nudgebot.chat.acts import (
    alerting,
    assigning,
    forgetting,
    linking,
    meeting,
    notifying,
    releasing,
    sending,
    tutoring,
)
from nudgebot.chat.acts.act import Act

ACTS: dict[str, Act] = {
    **alerting.ACTS,
    **assigning.ACTS,
    **forgetting.ACTS,
    **linking.ACTS,
    **meeting.ACTS,
    **notifying.ACTS,
    **releasing.ACTS,
    **sending.ACTS,
    **tutoring.ACTS,
}
"""By kind."""
