"""Every error that nudgebot raises on purpose; its text is always safe to show to anybody.

NudgebotError              a sentence that says what to do; never a student's data
├── InputError             a person can mend it: a file, a setting, the words of a command
│   ├── SettingError       a setting in zuliprc or in the environment
│   ├── ExportError        an export that cannot be read as a whole
│   ├── RuleError          rule or template files with problems in them
│   └── CommandError       a chat command that cannot be done as it was asked
├── AccessError            the asker may not see or do this
├── StoreError             the database cannot be used as it is
└── DeliveryError          a message did not arrive, or may not have arrived
"""

from __future__ import annotations

from dataclasses import dataclass


class NudgebotError(Exception):
    """The root: `str()` is one or more sentences that may be shown to anybody."""

    exit_code = 2


class InputError(NudgebotError):
    """Something that a person can mend: a file, a setting, the words of a command."""


class SettingError(InputError):
    """A setting that is unknown or not of its kind; the text names where it was read."""


class ExportError(InputError):
    """An export that cannot be taken as a whole, so that nothing of it was."""


class RuleError(InputError):
    """Rule or template files with problems; the text lists them, one a line."""


class CommandError(InputError):
    """A chat command that cannot be done as it was asked."""


class AccessError(NudgebotError):
    """The asker may not see or do this; the text never tells whether the thing exists."""


class StoreError(NudgebotError):
    """The database cannot be used as it is; the text says what to do about it."""


class DeliveryError(NudgebotError):
    """A message did not arrive, or nobody can tell whether it did.

    `accepted` answers the one question that decides what happens next, "could the server have
    taken it?": False means surely not (`retry_after_seconds` is then a number when another try
    makes sense and None when the refusal is final), None means that nobody can tell.
    """

    exit_code = 3

    def __init__(
        self,
        message: str,
        *,
        accepted: bool | None,
        retry_after_seconds: float | None = None,
        code: str = "",
    ) -> None:
        super().__init__(message)
        self.accepted = accepted
        self.retry_after_seconds = retry_after_seconds
        self.code = code


@dataclass(frozen=True, order=True)
class Problem:
    """One thing wrong in one place of a file; `line` counts from 1, 0 means the whole file."""

    file: str
    line: int
    field: str
    message: str

    def __str__(self) -> str:
        place = f"{self.file}:{self.line}" if self.line else self.file
        return ": ".join(part for part in (place, self.field, self.message) if part)
