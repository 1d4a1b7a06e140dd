"""The emoji that the sandbox knows by name: Zulip's names and code points, a small part of them."""

from __future__ import annotations

from nudgebot.sandbox.answers import Refusal

CODES: dict[str, str] = {
    "+1": "1f44d",
    "thumbs_up": "1f44d",
    "-1": "1f44e",
    "thumbs_down": "1f44e",
    "alarm_clock": "23f0",
    "bar_chart": "1f4ca",
    "bell": "1f514",
    "book": "1f4d6",
    "books": "1f4da",
    "brain": "1f9e0",
    "bulb": "1f4a1",
    "bulls_eye": "1f3af",
    "calendar": "1f4c5",
    "check": "2705",
    "check_mark": "2714",
    "checkered_flag": "1f3c1",
    "clap": "1f44f",
    "construction": "1f3d7",
    "cross_mark": "274c",
    "cry": "1f622",
    "envelope": "2709",
    "exclamation": "2757",
    "eyes": "1f440",
    "fire": "1f525",
    "frown": "1f641",
    "gear": "2699",
    "gift": "1f381",
    "grinning": "1f600",
    "heart": "2764",
    "hourglass": "23f3",
    "hug": "1f917",
    "idea": "1f4a1",
    "info": "2139",
    "joy": "1f602",
    "locked": "1f512",
    "mailbox": "1f4eb",
    "medal": "1f3c5",
    "memo": "1f4dd",
    "muscle": "1f4aa",
    "mute": "1f507",
    "no_entry": "26d4",
    "mute_notifications": "1f515",
    "octopus": "1f419",
    "ok": "1f44c",
    "outbox": "1f4e4",
    "pencil": "270f",
    "pray": "1f64f",
    "prohibited": "1f6ab",
    "push_pin": "1f4cc",
    "question": "2753",
    "raised_hand": "270b",
    "rocket": "1f680",
    "rotating_light": "1f6a8",
    "school": "1f3eb",
    "search": "1f50d",
    "seedling": "1f331",
    "smile": "1f642",
    "sos": "1f198",
    "sparkles": "2728",
    "star": "2b50",
    "stop_sign": "1f6d1",
    "sunny": "2600",
    "tada": "1f389",
    "thinking": "1f914",
    "time": "1f557",
    "timer": "23f2",
    "trophy": "1f3c6",
    "warning": "26a0",
    "wave": "1f44b",
    "working_on_it": "1f6e0",
    "zzz": "1f4a4",
    "zero": "0030-20e3",
    "one": "0031-20e3",
    "two": "0032-20e3",
    "three": "0033-20e3",
    "four": "0034-20e3",
    "five": "0035-20e3",
    "six": "0036-20e3",
    "seven": "0037-20e3",
    "eight": "0038-20e3",
    "nine": "0039-20e3",
}


def code_of(name: str, code: str | None = None) -> str:
    """The code point of an emoji; a code that the caller gives is believed.

    Raises Refusal, as Zulip does, for a name that is not known.
    """
    if code:
        return code
    if name not in CODES:
        raise Refusal(f"Emoji '{name}' does not exist")
    return CODES[name]


def picture(code: str) -> str:
    """The characters of an emoji code such as `1f389` or `0031-20e3`; a box for nonsense."""
    try:
        return "".join(chr(int(part, 16)) for part in code.split("-"))
    except ValueError:
        return "▢"
