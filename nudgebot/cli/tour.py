"""The tour: a school day's steps, each of which has to happen and is shown as it happened."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from datetime import timedelta

from nudgebot.cli.helping import Helping
from nudgebot.cli.scene import MissedError, News
from nudgebot.nudging.delivery import Delivered
from nudgebot.nudging.evaluation import Evaluation
from nudgebot.sandbox.records import SandboxMessage
from nudgebot.service.ticks import Imported

SHOWN_MESSAGES = 3


def _asks(message: SandboxMessage) -> bool:
    """Whether a message asks to confirm what its preview shows."""
    return any(str(choice["reply"]).startswith("confirm") for choice in message.choices)


class Tour(Helping):
    """Plays the steps in order and says each; `play` tells whether all of them happened."""

    def play(self) -> bool:
        """Play every step; the first that does not happen ends the tour."""
        steps: Sequence[tuple[str, Callable[[], None]]] = (
            ("The LMS delivers an export", self._export),
            ("The rules decide", self._decisions),
            ("The afternoon passes, and messages arrive", self._deliveries),
            ("A teacher asks for a report, in the stream of a class", self._report),
            ("A message to those who have been away", self._message_inactive),
            ("A student answers", self._student_answers),
            ("The teacher looks at the alerts", self._alerts),
            ("A meeting is arranged, and invitations arrive", self._meeting),
            ("A parent gets a mail", self._parent),
            ("A student gets practice in the weakest skills, and does it", self._assignment),
            ("The history shows it all", self._history),
            ("A student asks why she was written to", self._why),
            ("The admin looks after it", self._status),
        )
        for number, (title, step) in enumerate(steps, start=1):
            self._say(f"\n{number}. {title}\n")
            try:
                step()
            except MissedError as missed:
                self._say(f"   ✗ This did not happen: {missed}")
                return False
        self._say("\nEvery step of the tour happened.")
        return True

    # The steps

    def _export(self) -> None:
        summary = self._stage.export()
        self._say(f"   A sample school, {summary.first_day} to {summary.last_day}.")
        imported = self._news.wait_for(
            "imports", lambda r: isinstance(r, Imported) and r.evaluation is not None
        )
        if not isinstance(imported, Imported) or not imported.outcomes:
            raise MissedError("the export was not taken")
        self._quote("\n".join(getattr(each, "text", "") for each in imported.outcomes))

    def _decisions(self) -> None:
        imported = self._news.wait_for(
            "imports", lambda r: isinstance(r, Imported) and r.evaluation is not None
        )
        evaluation = imported.evaluation if isinstance(imported, Imported) else None
        if evaluation is None or not evaluation.queued:
            raise MissedError("no rule selected anybody")
        self._say(f"   {len(self._stage.students)} students evaluated.")
        self._told(evaluation)

    def _told(self, evaluation: Evaluation) -> None:
        totals = Counter((each.outcome, each.rule_id, each.stage) for each in evaluation.decisions)
        reasons = {
            (each.outcome, each.rule_id, each.stage): each.reason for each in evaluation.decisions
        }
        for key, count in sorted(totals.items(), reverse=True):
            outcome, rule_id, stage = key
            place = "" if stage == outcome else f" by “{stage}”"
            self._say(f"   {count:>3} × {rule_id}: {outcome}{place}. {reasons[key]}")

    def _deliveries(self) -> None:
        before = len(self._stage.sandbox.messages())
        self._stage.clock.move_to(self._stage.clock() + timedelta(hours=5))
        delivered = self._news.wait_for(
            "delivery", lambda r: isinstance(r, Delivered) and r.messages > 0 and not r.left
        )
        if not isinstance(delivered, Delivered):
            raise MissedError("nothing was sent")
        arrived = self._stage.sandbox.messages()[before:]
        to_students = [each for each in arrived if self._reader(each) in self._students]
        to_staff = [each for each in arrived if each not in to_students]
        self._say(
            f"   {len(arrived)} messages: {len(to_students)} to students, {len(to_staff)} to "
            "teachers and staff. Some of them:"
        )
        for message in [*to_students[:SHOWN_MESSAGES], *to_staff[:1]]:
            self._show(message)

    def _report(self) -> None:
        teacher, stage = self._stage.teacher, self._stage
        asked = stage.sandbox.post(
            teacher,
            f"@**{stage.bot.full_name}** report student 5",
            stream=stage.class_stream,
            topic="how are we doing",
        )
        self._show(asked)
        self._found(
            lambda: [m for m in self._since(asked, teacher) if m.choices],
            "the teacher got no report",
        )
        for message in self._since(asked, teacher):
            self._show(message)
        self._show(self._in_topic(asked))

    def _message_inactive(self) -> None:
        teacher, sandbox = self._stage.teacher, self._stage.sandbox
        asked = sandbox.say(teacher, "message inactive", self._stage.bot)
        self._show(asked)
        preview = self._found(
            lambda: next((m for m in self._since(asked, teacher) if _asks(m)), None),
            "there was no preview",
        )
        for message in self._since(asked, teacher):
            self._show(message)
        clicked = sandbox.click(teacher, preview, 0)
        self._show(clicked)
        written = self._found(
            lambda: [m for m in self._since(clicked) if self._reader(m) in self._students],
            "no student was written to",
        )
        self._show(written[0])
        self._found(
            lambda: [m for m in self._since(clicked, teacher) if " sent" in m.content],
            "the teacher was not told what was sent",
        )
        for message in self._since(clicked, teacher):
            self._show(message)

    def _student_answers(self) -> None:
        student, sandbox = self._stage.students["5"], self._stage.sandbox
        said = sandbox.say(student, "Sorry, I was sick. I'll practice today!", self._stage.bot)
        self._show(said)
        self._show(self._answer_to(student, after=said, holding=""))
        self._show(self._answer_to(self._stage.teacher, after=said, holding="I was sick"))

    def _why(self) -> None:
        nudged = self._stage.students["5"]
        said = self._stage.sandbox.say(nudged, "why", self._stage.bot)
        self._show(said)
        self._show(self._answer_to(nudged, after=said, holding=""))

    def _status(self) -> None:
        owner = self._stage.owner
        said = self._stage.sandbox.say(owner, "status", self._stage.bot)
        self._show(said)
        self._show(self._answer_to(owner, after=said, holding="nudgebot"))


__all__ = ["News", "Tour"]
