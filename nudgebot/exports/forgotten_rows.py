"""Rows of forgotten students: left out of an export before anything else looks at them."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import compress

from nudgebot.exports.cells import BadCellError, key
from nudgebot.exports.header import Header
from nudgebot.exports.sheet import Part
from nudgebot.school.forgotten import Forgotten

# The columns that may hold a student's id, in every format.
_OF_STUDENTS = ("student_id", "person_id", "id_student")


class ForgottenRows:
    """Takes them out of the parts of an export's files; costs nothing where nobody was forgotten.

    An id is hashed once an export, however many rows name it.
    """

    def __init__(self, forgotten: Forgotten) -> None:
        self._forgotten = forgotten
        self._seen: set[str] = set()
        self._hers: set[str] = set()

    def without(self, part: Part, header: Header) -> Part:
        """The part without their rows; they are neither counted nor told of."""
        place = next((header.places[n] for n in _OF_STUDENTS if n in header.places), None)
        if not self._forgotten or place is None or not part.lines:
            return part
        texts = part.columns[place]
        new = set(texts) - self._seen
        self._seen |= new
        self._hers.update(text for text in new if self._is_hers(text))
        if self._hers.isdisjoint(texts):
            return part
        roles: Sequence[str] = ()
        if "role" in header.places:
            roles = part.columns[header.places["role"]]
        kept = [text not in self._hers for text in texts]
        if roles:  # a teacher may have a student's id
            others = ["teacher" in role.casefold() for role in roles]
            kept = [stays or other for stays, other in zip(kept, others, strict=True)]
        columns = [list(compress(column, kept)) for column in part.columns]
        return Part(columns, list(compress(part.lines, kept)), part.problems)

    def _is_hers(self, text: str) -> bool:
        try:
            return self._forgotten.student(key(text))
        except BadCellError:
            return False
