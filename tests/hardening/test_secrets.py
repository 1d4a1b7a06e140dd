"""Keys stay where they are: in no log, message, error, trace or `repr`."""

from __future__ import annotations

import ast
import io
import logging
import re
from pathlib import Path

import pytest

import nudgebot
from nudgebot.cli.run import is_open_to_others
from nudgebot.errors import SettingError
from nudgebot.service.logs import SafeFormatter
from nudgebot.settings import SETTINGS, read_settings

ROOT = Path(nudgebot.__file__).parent
MODULES = sorted(ROOT.rglob("*.py"))
HIDDEN = "hidden-key-7f3a"
SENSITIVE = [each.name for each in SETTINGS if each.secret or each.sensitive]
KEYLIKE = re.compile(r"key|token|password|secret|headers|urls")
LOG_CALLS = {"debug", "info", "warning", "error", "exception", "critical", "log"}
# What may be put into a log line: ids, counts, kinds, names of commands, rules, templates and jobs.
LOGGED = re.compile(
    r"\b(name|problem|error|code|ref|number|id|key|count|place|touched|reason|state|tried|digest"
    r"|batch|rule|template|method|path|what|ignored_parameters_unsupported|local_id|local_id_of"
    r"|_counted|seconds|days|minutes|backup|step|version|rows|command|kind|rounds|TRIES|FAILURES\w*"
    r"|sha256|job|table|names|size|since|hours|size_mb|about|source|zuliprc|\w+_ids?"
    r"|in_force_since|gone|stalled|at_work|word|line|len)\b"
)
NEVER = re.compile(r"\b(content|text|full_name|given_name|email|score|student|title)\b")


@pytest.fixture
def secret_settings() -> dict[str, str]:
    return {f"NUDGEBOT_{name.upper()}": f"https://x.example/{HIDDEN}" for name in SENSITIVE}


def test_settings_show_no_key(secret_settings: dict[str, str]) -> None:
    """Printed, formatted, in a dataclass or after a change: what may hold a key is masked."""
    settings = read_settings(environment=secret_settings)
    changed = settings.replaced(database=Path("x.db"))
    for text in (repr(settings), str(changed), f"{settings}", f"{[changed]!r}"):
        assert HIDDEN not in text
        assert "database=" in text
    assert settings["ai_api_key"].endswith(HIDDEN)


def test_every_setting_with_a_key_is_known_as_such() -> None:
    """Whoever adds one marks it, or names it so that nobody takes it for one."""
    assert {each.name for each in SETTINGS if KEYLIKE.search(each.name)} == set(SENSITIVE)


def test_a_setting_that_cannot_be_read_is_not_repeated(tmp_path: Path) -> None:
    """Neither a secret in the file nor its value is in the sentence."""
    zuliprc = tmp_path / "zuliprc"
    zuliprc.write_text(f"[nudgebot]\nai_api_key = {HIDDEN}\n")
    with pytest.raises(SettingError) as caught:
        read_settings(zuliprc, {})
    assert HIDDEN not in str(caught.value)


@pytest.mark.parametrize(("mode", "is_open"), [(0o600, False), (0o640, True), (0o604, True)])
def test_a_key_that_others_may_read_is_told(tmp_path: Path, mode: int, is_open: bool) -> None:
    """A warning at the start, with what to do, where the group or everybody can read zuliprc."""
    zuliprc = tmp_path / "zuliprc"
    zuliprc.write_text("[api]\n")
    zuliprc.chmod(mode)
    assert is_open_to_others(zuliprc) is is_open


def test_a_trace_in_the_log_holds_no_value() -> None:
    """Errors of libraries quote what they failed on: the bytes, the row, the address."""
    text = io.StringIO()
    handler = logging.StreamHandler(text)
    log = logging.getLogger("nudgebot.tests.hardening")
    log.addHandler(handler)
    try:
        for as_json in (False, True):
            handler.setFormatter(SafeFormatter(as_json=as_json))
            for error in (
                ValueError(HIDDEN),
                UnicodeDecodeError("utf-8", HIDDEN.encode(), 0, 1, HIDDEN),
                KeyError(HIDDEN),
                OSError(2, HIDDEN, HIDDEN),
            ):
                try:
                    raise RuntimeError(HIDDEN) from error
                except RuntimeError:
                    log.exception("it failed")
            foreign = logging.getLogger("urllib3")
            foreign.addHandler(handler)
            foreign.error("GET %s", HIDDEN)
            foreign.removeHandler(handler)
    finally:
        log.removeHandler(handler)
    assert text.getvalue().count("RuntimeError") == 8
    assert HIDDEN not in text.getvalue()


def _log_calls() -> list[tuple[str, ast.Call]]:
    return [
        (f"{path.relative_to(ROOT)}:{node.lineno}", node)
        for path in MODULES
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.Call)
        and isinstance(node.func, ast.Attribute)
        and node.func.attr in LOG_CALLS
        and isinstance(node.func.value, ast.Name)
        and node.func.value.id in ("log", "logger", "logging")
    ]


def test_a_log_call_has_a_fixed_text_and_named_values() -> None:
    """No text is put together, and what is put in is an id, a count or a kind by its name."""
    calls = _log_calls()
    assert len(calls) > 30
    for place, call in calls:
        first, *values = call.args
        assert isinstance(first, ast.Constant), place
        for value in values:
            source = ast.unparse(value)
            assert LOGGED.search(source), f"{place}: {source}"
            assert not NEVER.search(source), f"{place}: {source}"
