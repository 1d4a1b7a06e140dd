"""Places and people vanish under the bot's hands: streams renamed or closed to it, users gone."""

from __future__ import annotations

from nudgebot.sandbox.records import SandboxMessage
from torture.hall import Hall, hall
from torture.ledger import figures_of
from torture.registry import Figures, Plan, torture

HELP = "`help"


@torture("user deactivated in the middle", repeats=3)
def deactivated(plan: Plan) -> Figures:
    """Some students' accounts are closed while nudges go out; all the others get theirs.

    What was for those who are gone is refused, and shown with its reason: it is not counted as
    lost, but it must not be open for ever.
    """
    with hall(plan.folder, plan.size("messages", short=8, full=60)) as school:
        school.start()
        school.until(school.listening, "listening")
        gone = list(school.people.students)[::3]
        school.sandbox.faults.delay(20, seconds=0.05, method="POST", path="/messages")
        school.deliver()
        school.nudged(1)
        for number in gone:
            school.sandbox.change_user(school.people.students[number], is_active=False)
        school.answer(only=[n for n in school.people.students if n not in gone])
        school.settle()
        told = school.rows("SELECT 1 FROM outbox WHERE state = 'refused' AND reason != ''")
        figures = school.figures(hits=len(gone), but_refused=True)
        return figures + Figures(0, 0, note=f"{len(told)} refused, with the reason")


@torture("stream renamed, and closed to the bot, while it answers")
def stream_gone(plan: Plan) -> Figures:
    """Asked in a stream; whatever happens to it, the answer comes once, there or as a DM."""
    rounds = plan.size("rounds", short=3, full=24)
    with hall(plan.folder, 2) as school:
        school.start()
        school.until(school.listening, "listening")
        school.deliver()
        school.known()
        copies = {}
        for turn in range(rounds):
            copies[f"answer {turn}"] = _answers(school, turn)
        school.settle()
        counted = figures_of(copies, {})
        return counted + Figures(0, 0, leaked=school.ledger.leaks(school.log), hits=rounds)


def _answers(school: Hall, turn: int) -> int:
    """Ask, let the stream change before the answer is accepted, and count what comes."""
    sandbox, people = school.sandbox, school.people
    stream = sandbox.add_stream(
        f"room-{turn}", [people.teacher, people.bot], private=bool(turn % 2)
    )
    before = len(sandbox.messages())
    sandbox.faults.delay(seconds=0.4, processed=False, method="POST", path="/messages")
    asked = f"@**{people.bot.full_name}** help"
    sandbox.post(people.teacher, asked, stream=stream, topic="questions")
    sandbox.rename_stream(stream, f"renamed-{turn}")
    if turn % 3:
        sandbox.unsubscribe(stream, people.bot)

    def found() -> list[SandboxMessage]:
        new = sandbox.messages()[before:]
        return [m for m in new if m.sender_id == people.bot.user_id and HELP in m.content]

    school.until(found, "an answer")
    return len(found())
