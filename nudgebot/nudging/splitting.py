"""Long texts in parts that Zulip takes whole, never cut inside a fence or a table."""

from __future__ import annotations

import re
from collections.abc import Iterator

from nudgebot.nudging.length import LONGEST

LONGEST_TOPIC = 60

_FENCE = re.compile(r"^ {0,3}(`{3,}|~{3,})")


def split(text: str, longest: int = LONGEST) -> list[str]:
    """Parts of at most `longest` code points, cut between blocks.

    A fenced block or a table that is longer than a whole part is cut between its lines, and each
    part of it opens, heads and closes it anew.
    """
    if len(text) <= longest:
        return [text]
    parts: list[str] = []
    current = ""
    for block in _blocks(text):
        for piece in _pieces(block, longest):
            joined = f"{current}\n{piece}" if current else piece
            if len(joined) <= longest:
                current = joined
            else:
                parts.append(current)
                current = piece
    parts.append(current)
    return [part.strip("\n") for part in parts if part.strip()]


def cut_topic(topic: str) -> str:
    """The topic as Zulip would keep it, cut where it is too long."""
    return topic if len(topic) <= LONGEST_TOPIC else topic[: LONGEST_TOPIC - 1] + "…"


def _blocks(text: str) -> Iterator[str]:
    """Whole fences, whole tables, and single other lines."""
    block: list[str] = []
    fence = ""
    for line in text.splitlines():
        opened = _FENCE.match(line)
        if fence:
            block.append(line)
            if line.strip() == fence:
                yield "\n".join(block)
                block, fence = [], ""
            continue
        if block and not _is_row(line):
            yield "\n".join(block)
            block = []
        if opened:
            yield from block
            block, fence = [line], opened.group(1)
        elif _is_row(line):
            block.append(line)
        else:
            yield line
    if block:
        yield "\n".join(block)


def _is_row(line: str) -> bool:
    return line.startswith("|")


def _pieces(block: str, longest: int) -> Iterator[str]:
    if len(block) <= longest:
        yield block
        return
    head, body, tail = _framed(block.splitlines())
    frame = sum(len(line) + 1 for line in head + tail)
    if frame > longest // 2:  # a frame that leaves no room is only text
        head, body, tail, frame = [], block.splitlines(), [], 0
    held: list[str] = []
    size = frame
    for line in _short_lines(body, longest - frame - 1):
        if held and size + len(line) + 1 > longest:
            yield "\n".join([*head, *held, *tail])
            held, size = [], frame
        held.append(line)
        size += len(line) + 1
    yield "\n".join([*head, *held, *tail])


def _framed(lines: list[str]) -> tuple[list[str], list[str], list[str]]:
    """What each part repeats at its start, the lines to share out, what each part ends with."""
    opened = _FENCE.match(lines[0])
    if opened:
        closed = len(lines) > 1 and lines[-1].strip() == opened.group(1)
        return lines[:1], lines[1:-1] if closed else lines[1:], [opened.group(1)]
    if _is_row(lines[0]):
        return lines[:2], lines[2:], []
    return [], lines, []


def _short_lines(lines: list[str], longest: int) -> Iterator[str]:
    """Lines that fit; one that does not is cut at a space where it has one."""
    for line in lines:
        rest = line
        while len(rest) > longest:
            space = rest.rfind(" ", longest // 2, longest)
            at = space if space > 0 else longest
            yield rest[:at]
            rest = rest[at:].lstrip(" ")
        yield rest
