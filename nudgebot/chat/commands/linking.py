"""`people` and `link`: which Zulip user a person of the school is."""

from __future__ import annotations

from nudgebot.chat.answer import Answer, code
from nudgebot.chat.command import ADMINS, Call, Command, Scope
from nudgebot.chat.figures_text import count
from nudgebot.chat.finder import user_meant
from nudgebot.chat.previews import LINK, ask
from nudgebot.errors import CommandError
from nudgebot.markup import esc, mention
from nudgebot.school.links import KINDS, Kind, Unlinked, ZulipUser

MOST_PEOPLE = 30
MOST_ALIKE = 3
FREE_NAMES = "people choose their own name in Zulip, so make sure first who it is"


def people(call: Call) -> Answer:
    """Answer `people`: who is not linked, and why."""
    found = call.office.links.unlinked()
    if not found:
        return Answer("Everybody is linked.")
    lines = []
    for each in found[:MOST_PEOPLE]:
        name = _name_of(call, each.kind, each.person_id)
        lines.append(f"- {each.kind} {esc(each.person_id)} {name}: {esc(each.why)}{_hint(each)}")
    more = len(found) - MOST_PEOPLE
    if more > 0:
        lines.append(f"- and {more:,} more")
    ids = frozenset(each.person_id for each in found if each.kind == "student")
    head = f"**{count(len(found), 'person', 'people')} not linked**; they get nothing:"
    return Answer("\n".join([head, *lines]), students=ids)


def _hint(found: Unlinked) -> str:
    """Who looks like her, by what, and how to say so: of several nobody is proposed."""
    if not found.suggested:
        return ""
    users = ", ".join(mention(user_id) for user_id in found.suggested[:MOST_ALIKE])
    one = f"@**|{found.suggested[0]}**" if len(found.suggested) == 1 else "<mention>"
    words = code(f"link {found.kind} {found.person_id} {one}")
    if found.by_name:
        return f" This is the same name as {users}, but {FREE_NAMES}: {words}"
    return f" This is the same e-mail address as {users}: {words}"


def _name_of(call: Call, kind: Kind, person_id: str) -> str:
    people = call.office.people
    person = people.student(person_id) if kind == "student" else people.teacher(person_id)
    return "" if person is None else esc(person.name)


def link(call: Call) -> Answer:
    """Answer `link [student|teacher] <person> <mention>`."""
    *who, last = call.words or [""]
    user_id = user_meant(call.office.links, last)
    if not who or not user_id:
        raise CommandError("Name a person and mention a user: `link student 5 @**Ana Alvarez**`.")
    user = call.office.links.user(user_id)
    if user is None:
        raise CommandError("Zulip has no such user, as far as I know; try again in a few minutes.")
    kinds = [kind for kind in KINDS if kind == who[0].lower()] if len(who) > 1 else []
    text = " ".join(who[1:] if kinds else who)
    found = [pair for kind in kinds or KINDS for pair in _persons(call, kind, text)]
    if not found:
        raise CommandError("The export has no person of that id or name.")
    if len(found) > 1:
        raise CommandError("Several people are called so; use the id: `link student <id> …`.")
    kind, person_id = found[0]
    shown = f"{kind} {esc(person_id)} {_name_of(call, kind, person_id)}"
    lines = [
        f"{shown} is the Zulip user {mention(user_id)}.",
        "Messages about and for this person go there from then on.",
    ]
    return ask(
        call,
        LINK,
        {"kind": kind, "person_id": person_id, "user_id": user_id},
        about=f"{kind} {person_id}",
        content="\n\n".join([" ".join(lines), *_doubts(call, kind, person_id, user)]),
        students=frozenset({person_id} if kind == "student" else ()),
        heading="Link these two?",
    )


def _doubts(call: Call, kind: Kind, person_id: str, user: ZulipUser) -> list[str]:
    """What speaks against a link: a user who is somebody else already, or nobody at all."""
    links, found = call.office.links, []
    if user.is_bot or not user.is_active:
        state = "a bot" if user.is_bot else "deactivated"
        found.append(f"⚠️ That user is {state}, so the link would not hold.")
    before = links.user_id_of(kind, person_id)
    if before != user.user_id and not _has_address(call, kind, person_id, user):
        found.append(
            "⚠️ Zulip does not show this person's e-mail address for that user. A name proves "
            f"nothing: {FREE_NAMES}."
        )
    if before is not None and before != user.user_id:
        found.append(f"⚠️ So far this person is {mention(before)}; that would end.")
    persons = links.persons_of(user.user_id)
    for other, other_id in zip(KINDS, (persons.student_id, persons.teacher_id), strict=True):
        if other_id is None or (other, other_id) == (kind, person_id):
            continue
        name = f"{other} {esc(other_id)} {_name_of(call, other, other_id)}"
        found.append(
            f"⚠️ That user is already {name}. Nobody can be two {other}s: neither of the two would "
            "get anything any more. Link the other one to the right user first."
            if other == kind
            else f"⚠️ That user is also {name}. Is that right?"
        )
    return found


def _has_address(call: Call, kind: Kind, person_id: str, user: ZulipUser) -> bool:
    people = call.office.people
    person = people.student(person_id) if kind == "student" else people.teacher(person_id)
    return bool(user.email and person and person.email.casefold() == user.email.casefold())


def _persons(call: Call, kind: Kind, text: str) -> list[tuple[Kind, str]]:
    """The persons of that id, or else of that name."""
    people = call.office.people
    everybody = (
        [(each.student_id, each.name) for each in people.students()]
        if kind == "student"
        else [(each.teacher_id, each.name) for each in people.teachers()]
    )
    exact = [(kind, key) for key, _ in everybody if key.casefold() == text.casefold()]
    return exact or [(kind, key) for key, name in everybody if name.casefold() == text.casefold()]


COMMANDS = (
    Command(
        name="people",
        usage="people",
        summary="Who is not linked to a Zulip user, and why.",
        roles=ADMINS,
        scope=Scope.STUDENTS,
        run=people,
    ),
    Command(
        name="link",
        usage="link <person> <mention>",
        summary="Say which Zulip user a person of the export is.",
        help="A person is `student 5`, `teacher t1`, or a whole name.",
        examples=("link student 5 @**Ana Alvarez**",),
        roles=ADMINS,
        scope=Scope.NOBODY,
        changes_world=True,
        run=link,
    ),
)
