"""What people read about tutoring: students are told no figures, and no names before both agree.

All names and skills are given as finished Markdown, except where a heading is said to be plain.
"""

from __future__ import annotations

from nudgebot.interventions.tutoring_book import TutoringRecord
from nudgebot.nudging.messages import Button

DAYS_TO_ANSWER = 5


def question_to_student(first_name: str, teacher: str, skill: str) -> str:
    """Asks a student whether she would like help."""
    return (
        f"Hi {first_name}, **{teacher}** has an idea: a classmate could go through **{skill}** "
        "with you a few times, just the two of you. Would you like that?\n\n"
        "You decide, and a no is fine, too. You learn each other's names only when both of you "
        "have said yes."
    )


def question_to_tutor(first_name: str, teacher: str, skill: str) -> str:
    """Asks a student whether she would help a classmate."""
    return (
        f"Hi {first_name}, **{teacher}** thinks that you would be good at helping a classmate with "
        f"**{skill}**: a few times, just the two of you. Would you do that?\n\n"
        "You decide, and a no is fine, too. You learn each other's names only when both of you "
        "have said yes."
    )


def choices_of_student(number: int) -> tuple[Button, ...]:
    """What the student may answer."""
    return (
        Button("Yes, please", "Yes, I would like that", f"tutoring yes {number}"),
        Button("No, thank you", "No, thank you", f"tutoring no {number}"),
    )


def choices_of_tutor(number: int) -> tuple[Button, ...]:
    """What the tutor may answer; one choice ends all such questions."""
    return (
        Button("Yes, I will help", "Yes, I will help", f"tutoring yes {number}"),
        Button("Not this time", "No, not this time", f"tutoring no {number}"),
        Button("Never ask me", "No, and do not ask me such things again", "tutoring off"),
    )


def choices_in_words(heading: str, buttons: tuple[Button, ...]) -> str:
    """The same as the buttons, with the words to type."""
    lines = "\n".join(f"- `{each.reply}` {each.help}" for each in buttons)
    return (
        f"**{heading}** Write one of these:\n{lines}\n"
        f"You have {DAYS_TO_ANSWER} days to think about it. Whatever else you write here reaches "
        "your teachers."
    )


def settled_for_student(record: TutoringRecord, tutor: str, skill: str) -> str:
    """Both said yes; to the one who is helped."""
    return (
        f"🎉 It is settled: **{tutor}** helps you with **{skill}**. Write to each other and agree "
        "on a first time; half an hour is plenty. Bring along what puzzles you most.\n\n"
        f"{_from_now_on(record)}"
    )


def settled_for_tutor(record: TutoringRecord, student: str, skill: str, *, first_name: str) -> str:
    """Both said yes; to the one who helps."""
    return (
        f"🎉 It is settled: you help **{student}** with **{skill}**. Write to each other and agree "
        f"on a first time; half an hour is plenty. A tip: let {first_name} try first, and ask more "
        f"than you explain.\n\n{_from_now_on(record)}"
    )


def _from_now_on(record: TutoringRecord) -> str:
    return (
        "After each time one of you writes `tutored 30 minutes` to me. If you want to stop one "
        f"day, `tutoring no {record.id}` is enough; you need not say why."
    )


def off_for_student(skill: str) -> str:
    """It does not come about; never why, nor through whom."""
    return (
        f"The help with **{skill}** that I asked you about does not come about this time. That "
        "happens, and it is nobody's fault. Your teacher knows. If you would like help, write it "
        "here."
    )


def off_for_tutor(skill: str) -> str:
    """The same, to whom was asked to help."""
    return (
        f"Helping a classmate with **{skill}**, which I asked you about, does not come about this "
        "time. There is nothing for you to do. Thank you!"
    )


def over_for_student(tutor: str, skill: str) -> str:
    """A tutoring that went on has come to its end; never through whom."""
    return (
        f"Your tutoring in **{skill}** with **{tutor}** has come to its end. If you would like "
        "more help, write it here, and your teachers read it."
    )


def over_for_tutor(student: str, skill: str) -> str:
    """The same, to the one who helped."""
    return (
        f"Your tutoring in **{skill}** with **{student}** has come to its end. Thank you for your "
        "time and your help!"
    )


def agreed_for_teacher(record: TutoringRecord, student: str, tutor: str, skill: str) -> str:
    """Both said yes; to the teacher."""
    return (
        f"🎉 Both said yes: **{tutor}** helps **{student}** with **{skill}** (tutoring "
        f"{record.id}). They know each other's names now and agree on the times themselves. "
        f"`tutoring {record.student_id}` shows how it goes, `tutored {record.student_id} 30 "
        "minutes` notes that they met."
    )


def declined_for_teacher(
    record: TutoringRecord, student: str, tutor: str, skill: str, *, by_student: bool
) -> str:
    """One of them said no; to the teacher."""
    if by_student:
        return (
            f"**{student}** would rather not be helped by a classmate with **{skill}**, so "
            f"tutoring {record.id} with **{tutor}** does not come about. {tutor} learns only that. "
            f"A word of yours may help more: `message {record.student_id}`."
        )
    return (
        f"**{tutor}** would rather not help with **{skill}** this time, so tutoring {record.id} "
        f"for **{student}** does not come about. {student} learns only that. "
        f"`tutor {record.student_id} in {record.skill_id}` looks for somebody else."
    )


def stopped_for_teacher(
    record: TutoringRecord, student: str, tutor: str, skill: str, *, by_student: bool, came_of: str
) -> str:
    """One of them ended what went on; to the teacher."""
    who, other = (student, tutor) if by_student else (tutor, student)
    return (
        f"**{who}** has stopped tutoring {record.id}: **{tutor}** helped **{student}** with "
        f"**{skill}**. {other} learns only that it has ended. {came_of}"
    )


def expired_for_teacher(record: TutoringRecord, silent: str, student: str, skill: str) -> str:
    """Not both answered in time; `silent` is who did not."""
    return (
        f"No answer from {silent} in {DAYS_TO_ANSWER} days: tutoring {record.id}, **{skill}** for "
        f"**{student}**, does not come about. `tutor {record.student_id} in {record.skill_id}` "
        "asks anew."
    )


def parted_for_teacher(
    record: TutoringRecord, student: str, tutor: str, skill: str, *, came_of: str
) -> str:
    """They are in no common class any more; to the teacher."""
    return (
        f"**{student}** and **{tutor}** are in no class together any more, so tutoring "
        f"{record.id} in **{skill}** has ended. {came_of}".rstrip()
    )


def ended_for_teacher(
    record: TutoringRecord, student: str, tutor: str, skill: str, *, by: str, outcome: str
) -> str:
    """Another teacher ended it; to the one who had asked."""
    return (
        f"**{by}** ended the tutoring in **{skill}** of **{student}** with **{tutor}** (tutoring "
        f"{record.id}). {outcome}"
    )
