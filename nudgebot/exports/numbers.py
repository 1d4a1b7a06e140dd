"""The numbers by which raw activity names students and matters, and what each matter counts for."""

from __future__ import annotations

import sqlite3
from collections.abc import Collection, Mapping, Sequence

from nudgebot.exports import bulk

VIDEO = "video"
NO_VIDEO = -1

Matter = tuple[str, str, str]


class Students(dict[str, int]):
    """Numbers of students; a new one gets the next number."""

    def __init__(self, connection: sqlite3.Connection, expected: Collection[str]) -> None:
        """Number those that are expected first, in the order of their ids.

        Rows that are sorted by number are then, for a new database, sorted by id as well.
        """
        rows = connection.execute("SELECT student_id, student_no FROM activity_people")
        super().__init__(map(tuple, rows))
        self._connection = connection
        new = sorted(each for each in expected if each not in self)
        first = max(self.values(), default=0) + 1
        numbers = range(first, first + len(new))
        bulk.insert(connection, "activity_people", ("student_id", "student_no"), (new, numbers))
        self.update(zip(new, numbers, strict=True))
        self.ids = {number: student for student, number in self.items()}


class Matters(dict[Matter, int]):
    """Numbers of (kind, content, subject); a new one gets the next number.

    `topics[number]` is the number of the (kind, subject) that the matter counts for, and
    `videos[number]` that of its video, or -1.
    """

    def __init__(self, connection: sqlite3.Connection, subjects: Mapping[str, str]) -> None:
        super().__init__()
        self._connection = connection
        self._subjects = subjects
        self._topic_numbers: dict[tuple[str, str], int] = {}
        self._video_numbers: dict[str, int] = {}
        self.topics: dict[int, int] = {}
        self.videos: dict[int, int] = {}
        self._stored = 0
        for number, *matter in connection.execute(
            "SELECT matter_no, kind, content_id, subject FROM activity_matters"
        ):
            kind, content, subject = matter
            self._learn((kind, content, subject), number)
        self._stored = len(self)
        self._next = max(self.values(), default=0) + 1

    def __missing__(self, matter: Matter) -> int:
        number = self._next
        self._next += 1
        self._learn(matter, number)
        return number

    def _learn(self, matter: Matter, number: int) -> None:
        kind, content, subject = matter
        topic = (kind, subject or self._subjects.get(content, ""))
        self.topics[number] = self._topic_numbers.setdefault(topic, len(self._topic_numbers))
        self.videos[number] = NO_VIDEO
        if kind == VIDEO and content:
            self.videos[number] = self._video_numbers.setdefault(content, len(self._video_numbers))
        self[matter] = number

    def numbers(
        self, kinds: Sequence[str], contents: Sequence[str], subjects: Sequence[str]
    ) -> list[int]:
        """The numbers of many matters."""
        return list(map(self.__getitem__, zip(kinds, contents, subjects, strict=True)))

    @property
    def topic_names(self) -> list[tuple[str, str]]:
        """Kind and subject by the topic's number."""
        return list(self._topic_numbers)

    @property
    def video_names(self) -> list[str]:
        """Content ids by the video's number."""
        return list(self._video_numbers)

    def store(self) -> None:
        """Write the matters that are new."""
        new = list(self.items())[self._stored :]
        self._stored = len(self)
        bulk.insert(
            self._connection,
            "activity_matters",
            ("matter_no", "kind", "content_id", "subject"),
            list(zip(*((number, *matter) for matter, number in new), strict=True)),
        )
