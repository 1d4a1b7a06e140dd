"""What a log line may hold: fixed fields, this program's own words, and traces without values."""

from __future__ import annotations

import json
import logging
import sys
import threading
import traceback
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from types import TracebackType
from typing import TextIO

from nudgebot.errors import CommandError, ExportError, NudgebotError

OURS = "nudgebot"
LEFT_OUT = "a library's words, left out"
# Whoever gets these may read them: they quote words of a command, or a cell of an export.
QUOTING = (CommandError, ExportError)
FIELDS = ("time", "level", "logger", "thread", "message", "error", "at")
log = logging.getLogger(__name__)


class SafeFormatter(logging.Formatter):
    """One line a record, of the fields of FIELDS and no others.

    Messages are those of this program: ids and counts. What a library says may hold addresses,
    headers or whole requests, so that of it only its name and the place in it are told. An error
    that this program did not raise on purpose is told by its type: its text may quote a value.
    """

    def __init__(self, *, as_json: bool) -> None:
        super().__init__()
        self._as_json = as_json

    def format(self, record: logging.LogRecord) -> str:
        """The line, without a line break at its end or in it."""
        fields = self._fields(record)
        if self._as_json:
            return json.dumps(fields, ensure_ascii=False)
        tail = "".join(f" {name}={fields[name]}" for name in ("error", "at") if name in fields)
        head = f"{fields['time']} {fields['level']} {fields['logger']}: {fields['message']}"
        return " ".join((head + tail).splitlines())

    def _fields(self, record: logging.LogRecord) -> dict[str, object]:
        moment = datetime.fromtimestamp(record.created, UTC)
        fields: dict[str, object] = {
            "time": moment.isoformat(timespec="milliseconds").replace("+00:00", "Z"),
            "level": record.levelname,
            "logger": record.name,
            "thread": record.threadName or "",
            "message": _message(record),
        }
        if record.exc_info and record.exc_info[1] is not None:
            error = record.exc_info[1]
            fields["error"] = error_name(error)
            fields["at"] = " < ".join(_places(error))
        elif not _is_ours(record):
            fields["at"] = f"{Path(record.pathname).name}:{record.lineno}"
        return fields


def error_name(error: BaseException) -> str:
    """The type of an error and of those behind it; of this program's own errors the text too.

    Not of those that quote what they were given.
    """
    names: list[str] = []
    seen: BaseException | None = error
    while seen is not None and len(names) < 5:
        kind = type(seen).__name__
        names.append(f"{kind}: {seen}" if _may_be_told(seen) else kind)
        seen = seen.__cause__ or (None if seen.__suppress_context__ else seen.__context__)
    return " from ".join(names)


def start(level: str, log_format: str, stream: TextIO | None = None) -> None:
    """Send every log line, and every error that nobody caught, to the standard error stream."""
    handler = logging.StreamHandler(stream)
    handler.setFormatter(SafeFormatter(as_json=log_format == "json"))
    root = logging.getLogger()
    for old in root.handlers[:]:
        root.removeHandler(old)
    root.addHandler(handler)
    root.setLevel(level.upper())
    logging.captureWarnings(capture=True)
    # Else a line that cannot be written is shown on the error stream, with all its values.
    logging.raiseExceptions = False
    # Libraries tell of every request; their warnings are enough.
    for name in ("urllib3", "requests", "schedule", "openai", "httpx", "httpx2", "httpcore2"):
        logging.getLogger(name).setLevel(logging.WARNING)
    sys.excepthook = _uncaught
    threading.excepthook = _uncaught_in_thread


def _message(record: logging.LogRecord) -> str:
    if not _is_ours(record):
        return LEFT_OUT
    arguments = record.args
    if isinstance(arguments, tuple):
        arguments = tuple(_safe(each) for each in arguments)
    try:
        return str(record.msg) % arguments if arguments else str(record.msg)
    except Exception:  # noqa: BLE001  # a line that is badly written is a line all the same
        return str(record.msg)


def _safe(argument: object) -> object:
    hidden = isinstance(argument, BaseException) and not _may_be_told(argument)
    return type(argument).__name__ if hidden else argument


def _may_be_told(error: BaseException) -> bool:
    """Whether the text of an error is this program's own, and quotes nobody."""
    return isinstance(error, NudgebotError) and not isinstance(error, QUOTING)


def _is_ours(record: logging.LogRecord) -> bool:
    return record.name.partition(".")[0] == OURS


def _places(error: BaseException) -> Iterator[str]:
    """Where it happened, innermost first: files, lines and functions, no source and no values."""
    for frame in reversed(traceback.extract_tb(error.__traceback__)):
        yield f"{Path(frame.filename).name}:{frame.lineno} {frame.name}"


def _uncaught(kind: type[BaseException], error: BaseException, trace: TracebackType | None) -> None:
    if issubclass(kind, KeyboardInterrupt):
        return
    log.critical("nudgebot ends by an error", exc_info=(kind, error, trace))


def _uncaught_in_thread(arguments: threading.ExceptHookArgs) -> None:
    error = arguments.exc_value or arguments.exc_type()
    log.critical(
        "a thread ends by an error", exc_info=(type(error), error, arguments.exc_traceback)
    )
