"""A school in which every table holds something of each student, and a bench to forget at."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from nudgebot.chat.audit import Audit
from nudgebot.nudging.letter import to_letter
from nudgebot.nudging.messages import Direct, Mail, Outgoing
from nudgebot.nudging.nudges import nudge_key
from nudgebot.rights.catalogue import CATALOGUE
from nudgebot.rights.subject import Subject, subject_of
from nudgebot.school.days import from_at
from nudgebot.store import Store

NOW = datetime(2026, 11, 19, 14, 30, tzinfo=UTC)
AT = int(NOW.timestamp())
TARA = 9


@dataclass(frozen=True)
class Person:
    """A sample student."""

    student_id: str
    name: str
    user_id: int

    @property
    def email(self) -> str:
        return f"{self.name.split()[0].lower()}.{self.user_id}@school.example"

    @property
    def guardian(self) -> str:
        return f"Guardian of {self.name}"


ANA = Person("S1001", "Ana Alvarez", 21)
BEN = Person("S1002", "Ben Brook", 22)
CHI = Person("S1003", "Chi Chen", 23)


def insert(store: Store, table: str, **given: Any) -> None:
    """A row; columns that are not named hold something of their type."""
    row = {}
    for column in store.rows("SELECT * FROM pragma_table_info(?)", [table]):
        name = column["name"]
        if name in given:
            row[name] = given[name]
        elif column["notnull"] and column["dflt_value"] is None and not column["pk"]:
            row[name] = "" if column["type"] == "TEXT" else 1
    columns, marks = ", ".join(row), ", ".join("?" * len(row))
    store.execute(f"INSERT INTO {table} ({columns}) VALUES ({marks})", list(row.values()))  # noqa: S608  # own names


def open_school(store: Store, *people: Person) -> None:
    """Two classes, a teacher, and the students with something in every table."""
    insert(store, "teachers", teacher_id="t1", name="Tara Tree", zulip_user_id=TARA)
    insert(store, "classes", class_id="m", name="Mathematics")
    insert(store, "exams", exam_id="e1", class_id="m", title="Fractions", at=AT, max_score=10)
    insert(store, "skills", skill_id="k1", name="Adding")
    for number, person in enumerate(people, start=1):
        other = people[number % len(people)]
        fill(store, person, number, other)


def fill(store: Store, who: Person, number: int, other: Person) -> None:
    """Something of the student in every table."""
    hers: dict[str, Any] = {"student_id": who.student_id}
    insert(store, "students", **hers, name=who.name, email=who.email, zulip_user_id=who.user_id)
    insert(store, "attributes", **hers, attribute="prior attempts", value="0")
    insert(store, "enrollments", class_id="m", person_id=who.student_id, role="student")
    insert(
        store, "guardians", guardian_id="g", **hers, name=who.guardian, email=f"g{number}@x.example"
    )
    insert(store, "achievements", achievement_id="a", **hers, title="First steps")
    insert(store, "exam_results", exam_id="e1", **hers, score=5 + number, status="scored")
    insert(store, "submissions", assignment_id="h1", **hers, score=50.0)
    insert(store, "practice", session_id=f"p{number}", **hers, skill_id="k1", day=20400)
    insert(store, "activity_people", student_no=number, student_id=who.student_id)
    if number == 1:
        insert(store, "activity_matters", matter_no=1, kind="video", content_id="", subject="")
    insert(
        store,
        "activity_rows",
        activity_key=number,
        student_no=number,
        matter_no=1,
        at=AT,
        local_hour=20400 * 32,
    )
    insert(store, "activity_days", **hers, day=20400, kind="video", subject="", hour=1)
    insert(store, "video_days", **hers, content_id="v1", day=20400)
    for table in ("figures", "unranked", "touched"):
        insert(store, table, **hers)
    insert(store, "standings", **hers, class_id="m", average_score=40.0 + number)
    insert(store, "events", **hers, kind="streak_broken")
    _nudging(store, who, number)
    _teachers(store, who, number, other)
    _chat(store, who, number)


def _nudging(store: Store, who: Person, number: int) -> None:
    hers: dict[str, Any] = {"student_id": who.student_id}
    insert(store, "episodes", **hers, rule_id="r")
    insert(store, "decisions", **hers, rule_id="r", stage="queued", explanation="score 40")
    for nth, state in enumerate(("sent", "queued"), start=1):
        key = nudge_key(who.student_id, f"r{nth}", from_at(AT), nth)
        about: dict[str, Any] = {**hers, "rule_id": f"r{nth}", "episode_at": AT}
        insert(
            store, "nudges", nudge_key=key, **about, nth=nth, state=state, explanation="score 40",
            changed_at=AT, due_at=AT, decided_at=AT,
        )  # fmt: skip
        insert(
            store, "nudge_parts", nudge_key=key, channel="student", person_id=who.student_id,
            state=state, outbox_key=f"nudge:{key}:student:{who.student_id}",
        )  # fmt: skip
        insert(store, "nudge_words", nudge_key=key, words="model")
        insert(store, "responses", nudge_key=key, kind="read")
        insert(store, "cases", **about, nudge_key=key, arm="nudged", state="closed")
    insert(store, "cases", **hers, rule_id="held", episode_at=AT, arm="held_out", state="closed")
    insert(store, "consents", **hers, stopped_at=AT)
    insert(store, "snoozes", **hers, rule_id="", why=f"{who.name} is ill")
    first = nudge_key(who.student_id, "r1", from_at(AT), 1)
    post(store, f"nudge:{first}:student:{who.student_id}", who.user_id,
         f"Well done, {who.name}!")  # fmt: skip
    post(store, f"answer:{100 + number}:{TARA}", TARA, f"**{who.name}** answers: help")


def post(store: Store, key: str, user_id: int | str, content: str, *, state: str = "sent") -> None:
    """A letter in the outbox; to an address where it is a text."""
    to = Direct((user_id,)) if isinstance(user_id, int) else Mail(user_id, "Guardian")
    letter = to_letter(Outgoing(key, to, content, purpose="nudge"))
    insert(store, "outbox", key=key, purpose="nudge", letter=letter, state=state, settled_at=AT)


def _teachers(store: Store, who: Person, number: int, other: Person) -> None:
    hers: dict[str, Any] = {"student_id": who.student_id}
    key = f"message:message:{number}:{who.student_id}"
    insert(
        store,
        "teacher_messages",
        key=key,
        **hers,
        message=f"Dear {who.name}",
        sent_at=AT,
        state="sent",
    )
    post(store, key, who.user_id, f"Dear {who.name}")
    insert(store, "answers", message_id=100 + number, **hers, text="I need help", at=AT)
    insert(
        store,
        "alerts",
        alert_id=number,
        **hers,
        rule_id="r",
        reasons=json.dumps(["score 40"]),
        state="open",
    )
    insert(store, "alert_tags", alert_id=number, tag="seen")
    insert(store, "colleague_news", id=number, user_id=TARA, about=f"alert:{number}", **hers,
           words="Otto has resolved alert 1.")  # fmt: skip
    insert(store, "interventions", id=number, **hers, alert_id=number, source=f"x:{number}",
           action_taken=f"Called {who.name}")  # fmt: skip
    insert(store, "targeted_assignments", id=number, source=f"s{number}", **hers, skill_ids="[]",
           title="Extra", status="assigned", due_at=AT, created_at=AT)  # fmt: skip
    insert(
        store, "meetings", id=number, **hers, source=f"m{number}", uid=f"u{number}", notes="talk"
    )
    insert(store, "meeting_students", meeting_id=number, **hers, position=0)
    insert(store, "parent_notifications", id=number, **hers, guardian_id="g",
           key=f"parent:x:{number}", guardian_name=who.guardian,
           address=f"g{number}@x.example", content="About her",
           created_at=AT)  # fmt: skip
    post(store, f"parent:x:{number}", f"g{number}@x.example", f"About {who.name}")
    insert(store, "tutorings", id=number, source=f"t{number}", **hers, tutor_id=other.student_id,
           skill_id=f"k{number}", status="active")  # fmt: skip
    insert(store, "tutoring_sessions", id=number, tutoring_id=number, source=f"ts{number}")
    insert(store, "tutor_opt_outs", **hers)


def _chat(store: Store, who: Person, number: int) -> None:
    insert(store, "links", kind="student", person_id=who.student_id, user_id=who.user_id)
    insert(store, "zulip_users", user_id=who.user_id, full_name=who.name, email=who.email,
           role=400, is_active=1, is_bot=0, timezone="", seen_at=AT)  # fmt: skip
    payload = json.dumps({"letters": [[who.student_id, f"Dear {who.name}", ""]]})
    insert(store, "confirmations", token=f"a{number}", asker_id=TARA, payload=payload, place="{}",
           kind="message", state="open", about=who.student_id)  # fmt: skip
    insert(store, "confirmations", token=f"b{number}", asker_id=who.user_id, payload="{}",
           place="{}", kind="x", state="open")  # fmt: skip
    insert(store, "pending_lines", key=f"reply:{number}", asker_id=who.user_id, letter="{}")
    insert(store, "chat_lane", source=f"message:{number}", asker_id=who.user_id, letter="{}")
    insert(store, "chat_skipped", message_id=number, sender_id=who.user_id)
    insert(store, "chat_handled", source=f"reaction:7:{who.user_id}:1f44d", at=AT)
    Audit(store).record([who.student_id], actor_user_id=TARA, action="why", place=None, as_of=NOW)
    Audit(store).record(
        [who.student_id], actor_user_id=who.user_id, action="privacy", place=None, as_of=NOW
    )


def in_audit(store: Store) -> Any:
    """What makes somebody unfindable in the log."""

    def forget(subject: Subject) -> None:
        Audit(store).forget(
            subject.student_id, own_user_id=subject.user_id, actor_user_id=0, as_of=NOW
        )

    return forget


def rows_of(store: Store, who: Person) -> dict[str, list[tuple[Any, ...]]]:
    """All rows of a student, by table."""
    given = subject_of(store, who.student_id).parameters
    return {
        each.table: [
            tuple(row)
            for row in store.rows(
                f"SELECT * FROM {each.table} WHERE {each.whose} ORDER BY 1",  # noqa: S608  # own names
                given,
            )
        ]
        for each in CATALOGUE
    }
