"""Settings: defaults, the file over them, the environment over it, and clear sentences."""

from __future__ import annotations

from pathlib import Path

import pytest

from nudgebot.errors import SettingError
from nudgebot.settings import SETTINGS, read_settings

REQUIREMENT_A = {
    "enable_nudging_system": True,
    "max_nudges_per_day": 3,
    "max_nudges_per_week": 10,
    "nudge_quiet_hours_start": 22,
    "nudge_quiet_hours_end": 8,
    "nudge_weekend_enabled": False,
    "academic_risk_thresholds": {"critical": 0.9, "high": 0.7, "medium": 0.5, "low": 0.3},
    "nudge_effectiveness_tracking_days": 14,
    "min_response_rate_threshold": 0.3,
    "enable_ai_personalization": True,
    "personalization_confidence_threshold": 0.7,
    "enable_adaptive_rules": True,
    "rules_update_frequency_hours": 24,
}


def test_the_defaults_are_requirement_as() -> None:
    """Every value of its configuration is here under its name, in lower case."""
    settings = read_settings(environment={})
    assert {name: settings[name] for name in REQUIREMENT_A} == REQUIREMENT_A
    assert settings["rules_file_path"] == Path("rules")


def test_every_default_is_of_its_kind() -> None:
    """No default needs a second look: all of them are read by their own kind."""
    settings = read_settings(environment={})
    assert set(settings.values) == {setting.name for setting in SETTINGS}
    assert set(settings.sources.values()) == {"default"}


def test_the_environment_goes_before_the_file(tmp_path: Path) -> None:
    """Each value knows where it came from."""
    file = tmp_path / "zuliprc"
    file.write_text(
        "[api]\nsite=x\n[nudgebot]\nmax_nudges_per_day = 2\nmax_nudges_per_week = 5\n", "utf-8"
    )
    settings = read_settings(file, {"NUDGEBOT_MAX_NUDGES_PER_DAY": "1", "HOME": "/"})
    assert settings["max_nudges_per_day"] == 1
    assert settings["max_nudges_per_week"] == 5
    assert settings.sources["max_nudges_per_day"].endswith("NUDGEBOT_MAX_NUDGES_PER_DAY")
    assert settings.sources["max_nudges_per_week"] == f"{file} [nudgebot]"


def test_a_name_of_the_environment_in_requirement_a_is_understood(tmp_path: Path) -> None:
    """`NUDGE_TRACKING_DAYS` is that requirement's variable for the tracking days."""
    settings = read_settings(environment={"NUDGEBOT_NUDGE_TRACKING_DAYS": "21"})
    assert settings["nudge_effectiveness_tracking_days"] == 21
    file = tmp_path / "zuliprc"
    file.write_text(
        "[nudgebot]\nnudge_tracking_days=1\nnudge_effectiveness_tracking_days=2\n", "utf-8"
    )
    with pytest.raises(SettingError, match="under two names"):
        read_settings(file, {})


@pytest.mark.parametrize(
    ("text", "says"),
    [
        pytest.param("max_nudges_per_day = -1", "'-1' is not a whole number, 0 or more", id="neg"),
        pytest.param("nudge_quiet_hours_end = 24", "'24' is not an hour from 0 to 23", id="hour"),
        pytest.param("nudge_weekend_enabled = maybe", "'maybe' is not true or false", id="flag"),
        pytest.param("timezone = Mars/North", "'Mars/North' is not a time zone", id="zone"),
        pytest.param("max_drop_share = 10", "'10' is not a number from 0 to 1", id="share"),
        pytest.param(
            "academic_risk_thresholds = high=0.9 critical=0.5 medium=0.3 low=0.1",
            "is not critical=",
            id="thresholds that do not fall",
        ),
        pytest.param("inbox_format = nativ", "'nativ' is not one of native, oulad", id="format"),
        pytest.param("admins = ann", "'ann' is not Zulip user ids", id="ids"),
        pytest.param("max_nudges_a_day = 3", "did you mean `max_nudges_per_day`", id="name"),
        pytest.param("= 3", "line 2 is not", id="no name"),
        pytest.param(
            "timezone = UTC\ntimezone = UTC", "line 3: timezone is given twice", id="twice"
        ),
        pytest.param("[nudgebot]", "line 2: the section [nudgebot] begins twice", id="section"),
        pytest.param(
            "admins = ann\ntimezone = Mars\nstaff = x",
            "'Mars' is not a time zone",
            id="all mistakes at once",
        ),
    ],
)
def test_a_wrong_value_is_told_with_its_place(tmp_path: Path, text: str, says: str) -> None:
    """The sentence names the file, the setting and what is expected."""
    file = tmp_path / "zuliprc"
    file.write_text(f"[nudgebot]\n{text}\n", "utf-8")
    with pytest.raises(SettingError) as error:
        read_settings(file, {})
    assert says in str(error.value)
    assert str(file) in str(error.value)


def test_a_file_that_is_not_there() -> None:
    """It is named, and no traceback reaches the person."""
    with pytest.raises(SettingError, match="nowhere: the file cannot be read"):
        read_settings(Path("nowhere"), {})


def test_a_misspelt_variable_is_told_and_others_are_left_alone() -> None:
    """A variable that looks like a setting would else be missed without a word."""
    with pytest.raises(SettingError, match="did you mean `max_nudges_per_day`"):
        read_settings(environment={"NUDGEBOT_MAX_NUDGE_PER_DAY": "1"})
    read_settings(environment={"NUDGEBOT_REALM_DIR": "somewhere"})
    path = read_settings(environment={"NUDGEBOT_NUDGING_RULES_FILE": "r.yaml"})["rules_file_path"]
    assert path == Path("r.yaml")
