"""A dashboard as a chat message: a few sentences at once, the tables on a click."""

from __future__ import annotations

from nudgebot.reports.contents.dashboards import Board
from nudgebot.reports.contents.section import Section
from nudgebot.reports.figures import Raw, shown
from nudgebot.reports.messages.parts import Block, Parts, bullets, cell, data_note, dense, span
from nudgebot.reports.names import isolated, said, sentence

MOST_ROWS = 25


def board_message(board: Board) -> Parts:
    """The dashboard in words; tables that are not printed are in the CSV alone.

    Titles and columns are the bot's own words; everything else may hold outside names.
    """
    head = f"**{said(board.kind)}** · {said(board.title)} · {span(board.period)}"
    parts = [head, bullets(map(sentence, board.lines)), _caution(board.caution)]
    return Parts(
        head="\n\n".join(part for part in parts if part),
        chart=board.charts[0] if board.charts else None,
        blocks=tuple(Block(each.title, _body(each)) for each in board.sections if each.printed),
        foot=data_note(board.data_as_of),
    )


def _caution(text: str) -> str:
    return f"*{sentence(text, 400)}*" if text else ""


def _body(section: Section) -> str:
    """Notes, then the table, whose columns without figures are left out."""
    width = len(section.columns)
    rows = [
        [isolated(sentence(row.item, 60)), *(_cell(each.value, each.unit) for each in row.figures)]
        for row in section.rows
    ]
    padded = [[*row, *["–"] * (width - len(row))] for row in rows[:MOST_ROWS]]
    more = f"and {len(rows) - MOST_ROWS} more" if len(rows) > MOST_ROWS else ""
    notes = bullets((sentence(note, 400) for note in section.notes), most=20)
    table = dense(section.columns, padded) if padded else ""
    return "\n\n".join(part for part in (notes, table, more) if part)


def _cell(value: Raw, unit: str) -> str:
    text = shown(value, unit)
    return sentence(text) if isinstance(value, str) else cell(text)
