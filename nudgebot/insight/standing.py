"""Who stands where in a class: stored averages, ranked anew only where one of them moved."""

from __future__ import annotations

import json
from collections.abc import Collection

from nudgebot.insight.computation import mean_rank
from nudgebot.insight.definitions.scores import STORED_PERCENTILES
from nudgebot.store import Store


class Standings:
    """The averages by class and what follows from them; call it within a transaction."""

    def __init__(self, store: Store) -> None:
        self._store = store

    def replace(
        self, student_ids: Collection[str], averages: Collection[tuple[str, str, float]]
    ) -> None:
        """Take the students' averages for theirs; classes in which one moved are to be ranked."""
        ids = json.dumps(sorted(student_ids))
        before = {
            (row[0], row[1]): row[2]
            for row in self._store.rows(
                """SELECT t.student_id, t.class_id, t.average_score
                   FROM json_each(?) j CROSS JOIN standings t WHERE t.student_id = j.value""",
                [ids],
            )
        }
        after = {(student, klass): average for student, klass, average in averages}
        gone = before.keys() - after.keys()
        moved = {key for key, average in after.items() if before.get(key) != average}
        self._store.executemany(
            "DELETE FROM standings WHERE student_id = ? AND class_id = ?", sorted(gone)
        )
        self._store.executemany(
            """INSERT INTO standings (student_id, class_id, average_score) VALUES (?, ?, ?)
               ON CONFLICT DO UPDATE SET average_score = excluded.average_score""",
            ((student, klass, after[student, klass]) for student, klass in sorted(moved)),
        )
        self._store.executemany(
            "INSERT OR IGNORE INTO unranked_classes VALUES (?)",
            ([klass] for klass in sorted({klass for _, klass in gone | moved})),
        )
        self._store.executemany(
            "INSERT OR IGNORE INTO unranked VALUES (?)", ([each] for each in student_ids)
        )

    def rank(self) -> None:
        """Rank the classes that wait for it; whoever's rank moved waits for her figures."""
        moved = [
            (row["percentile"], row["student_id"], row["class_id"])
            for row in self._store.rows(
                f"""SELECT r.student_id, r.class_id, r.percentile FROM ({STORED_PERCENTILES}) r
                    CROSS JOIN standings t
                    WHERE t.student_id = r.student_id AND t.class_id = r.class_id
                        AND t.percentile IS NOT r.percentile"""  # noqa: S608  # a constant
            )
        ]
        self._store.executemany(
            "UPDATE standings SET percentile = ? WHERE student_id = ? AND class_id = ?", moved
        )
        self._store.executemany(
            "INSERT OR IGNORE INTO unranked VALUES (?)", ([student] for _, student, _ in moved)
        )
        self._store.execute("DELETE FROM unranked_classes")

    def waiting(self) -> list[str]:
        """The students whose rank and risk are to be looked at again, by id."""
        return [row[0] for row in self._store.rows("SELECT student_id FROM unranked")]

    def settle(self, student_ids: Collection[str]) -> dict[str, float]:
        """The percentile ranks of these students, where there are any; they wait no longer."""
        ids = json.dumps(sorted(student_ids))
        found: dict[str, list[float]] = {}
        for row in self._store.rows(
            """SELECT t.student_id, t.percentile FROM json_each(?) j CROSS JOIN standings t
               WHERE t.student_id = j.value AND t.percentile IS NOT NULL
               ORDER BY t.student_id, t.class_id""",
            [ids],
        ):
            found.setdefault(row[0], []).append(row[1])
        self._store.executemany(
            "DELETE FROM unranked WHERE student_id = ?", ([each] for each in student_ids)
        )
        return {student: mean_rank(ranks) for student, ranks in found.items()}
