"""The files of a folder as texts, read once, so that what is checked is what is taken."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from nudgebot.errors import Problem

MOST_BYTES = 200_000

Texts = Mapping[str, str]
"""Texts by file name; the name is `folder/file`, as a person would look it up."""


def read_texts(path: Path, suffixes: tuple[str, ...]) -> tuple[dict[str, str], list[Problem]]:
    """Every file of a folder with one of these endings, or the one file that `path` names.

    Hidden files, and what editors leave behind, have other endings or begin with a dot.
    """
    path = path.absolute()  # `.` has no name to show
    shown = path.name
    if path.is_file():
        files = [path]
    elif path.is_dir():
        files = sorted(each for each in path.iterdir() if _wanted(each, suffixes))
    else:
        return {}, [Problem(shown, 0, "", "there is no such folder")]
    texts: dict[str, str] = {}
    problems: list[Problem] = []
    for file in files:
        name = f"{file.parent.name}/{file.name}"
        try:
            text = _text(file)
        except (OSError, UnicodeDecodeError):
            problems.append(Problem(name, 0, "", "cannot be read as a UTF-8 text"))
            continue
        if text is None:
            problems.append(Problem(name, 0, "", f"is larger than {MOST_BYTES} bytes"))
        else:
            texts[name] = text
    return texts, problems


def _wanted(file: Path, suffixes: tuple[str, ...]) -> bool:
    hidden = file.name.startswith((".", "~", "#"))
    return file.suffix in suffixes and not hidden and file.is_file()


def _text(file: Path) -> str | None:
    with file.open("rb") as opened:
        raw = opened.read(MOST_BYTES + 1)
    return raw.decode("utf-8-sig") if len(raw) <= MOST_BYTES else None
