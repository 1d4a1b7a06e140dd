"""Log lines: fixed fields, this program's words, and traces without values."""

from __future__ import annotations

import io
import json
import logging
import subprocess
import sys
from collections.abc import Iterator

import pytest

from nudgebot.errors import StoreError
from nudgebot.service.logs import FIELDS, LEFT_OUT, SafeFormatter

SECRET = "Sam Lindqvist: 43 %"
UNCAUGHT = """
import threading
from nudgebot.service import logs
logs.start("info", "json")
def fail(): raise KeyError("Sam Lindqvist: 43 %")
thread = threading.Thread(target=fail); thread.start(); thread.join()
fail()
"""


class Lines(io.StringIO):
    """What was logged, line by line."""

    def read_lines(self) -> list[str]:
        return self.getvalue().splitlines()


@pytest.fixture(params=["text", "json"])
def lines(request: pytest.FixtureRequest) -> Iterator[Lines]:
    stream = Lines()
    handler = logging.StreamHandler(stream)
    handler.setFormatter(SafeFormatter(as_json=request.param == "json"))
    root = logging.getLogger()
    root.addHandler(handler)
    yield stream
    root.removeHandler(handler)


def test_the_programs_own_words_are_told(lines: Lines) -> None:
    """Ids and counts, and the sentences of its own errors."""
    log = logging.getLogger("nudgebot.test")
    log.warning("held batch=%d: %s", 7, StoreError("The disk is full."))
    (line,) = lines.read_lines()
    assert "held batch=7: The disk is full." in line


def test_a_librarys_words_are_not(lines: Lines) -> None:
    """They may hold addresses with what somebody searched for; the place is enough."""
    logging.getLogger("urllib3.connectionpool").warning("Retrying %s", SECRET)
    logging.getLogger("other").error(f"again {SECRET}")
    assert SECRET not in lines.getvalue()
    assert lines.getvalue().count(LEFT_OUT) == 2
    assert "test_logs.py:" in lines.getvalue()


def test_an_error_is_told_by_its_kind_and_place(lines: Lines) -> None:
    """Neither the text of an error nor a line of source is told; every line stays one line."""
    log = logging.getLogger("nudgebot.test")
    try:
        try:
            raise KeyError(SECRET)
        except KeyError as error:
            raise ValueError(f"{SECRET}\nsecond line") from error
    except ValueError as error:
        log.exception("job %s failed", "imports")
        log.warning("it said: %s", error)
    assert SECRET not in lines.getvalue()
    assert len(lines.read_lines()) == 2
    assert "ValueError from KeyError" in lines.read_lines()[0]
    assert "test_logs.py:" in lines.read_lines()[0]


def test_what_is_handed_in_beside_is_dropped(lines: Lines) -> None:
    """Only known fields are written, whatever a record carries."""
    logging.getLogger("nudgebot.test").warning("fine", extra={"student": SECRET, "answer": SECRET})
    assert SECRET not in lines.getvalue()
    (line,) = lines.read_lines()
    if line.startswith("{"):
        assert set(json.loads(line)) <= set(FIELDS)


def test_what_nobody_caught_is_a_line_as_well() -> None:
    """In the main thread and in another one: no traceback with values on the error stream."""
    ended = subprocess.run(
        [sys.executable, "-c", UNCAUGHT], capture_output=True, text=True, check=False
    )
    assert ended.returncode == 1
    assert SECRET not in ended.stderr
    told = [json.loads(line) for line in ended.stderr.splitlines()]
    assert [each["error"] for each in told] == ["KeyError", "KeyError"]
