"""Files that go with an answer: made, uploaded, and put into words that link to them."""

from __future__ import annotations

import logging
import re
import secrets
from collections.abc import Callable

from nudgebot.chat.answer import Attachment
from nudgebot.errors import DeliveryError, NudgebotError
from nudgebot.markup import esc

log = logging.getLogger(__name__)

LONGEST_NAME = 60


def enclosed(attachment: Attachment, upload: Callable[[str, bytes], str]) -> str:
    """The finished Markdown that shows the file; where there is none, why.

    Never raises: the answer that it goes with stands without it.
    """
    try:
        file = attachment.make()
        path = upload(attachment.name, file.data)
    except DeliveryError as error:
        log.info("no %s: the upload failed (%s)", attachment.what, error.code)
        return f"The {attachment.what} could not be uploaded: {error} Ask again for it."
    except NudgebotError as error:
        return f"There is no {attachment.what}: {error}"
    except Exception:
        ref = secrets.token_hex(3)
        log.exception("a %s could not be made ref=%s", attachment.what, ref)
        return f"The {attachment.what} could not be made (ref {ref}). It is written down."
    link = f"[{esc(file.label)}]({path})"
    words = f"```spoiler The {attachment.what} in words\n\n{esc(file.alt)}\n```" if file.alt else ""
    return "\n\n".join(part for part in (attachment.caption, link, words) if part)


def file_name(*parts: str, kind: str) -> str:
    """A plain ASCII file name of these parts: `report-s1-2026-11-19.pdf`; never a person's name."""
    text = "-".join(re.sub(r"[^a-z0-9-]+", "-", part.lower()).strip("-") for part in parts)
    return f"{re.sub('-+', '-', text)[:LONGEST_NAME].strip('-')}.{kind}"
