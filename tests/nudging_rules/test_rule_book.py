"""The check of both folders together, and the rule book that takes them up or leaves them."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest
from message_words import FRAME, NOW, facts, template

from nudgebot.nudging import rule as rules
from nudgebot.nudging.check import examine, read_sources
from nudgebot.nudging.rule_book import RuleBook

ROOT = Path(__file__).parents[2]
RULE = """\
id: hello_rule
name: Hello
conditions:
  average_score: {less_than: 60}
intervention:
  type: check_in
  message_template: hello
  urgency: low
  delivery_method: direct_message
cooldown_hours: 24
"""
PART = template("x", category="part")


class Folders:
    """A folder of rules and one of templates, both small and good."""

    def __init__(self, root: Path) -> None:
        self.rules, self.templates = root / "rules", root / "message_templates"
        self.rules.mkdir()
        self.templates.mkdir()
        self.write("hello.yaml", RULE)
        self.write("crisis.yaml", "crisis:\n  en:\n    - want to die\n")
        self.write("hello.md", template("Hello {{ first_name }}"))
        self.write("frame.md", FRAME)
        for name in ("study_plan.md", "resources.md"):
            self.write(name, PART)
        for name in ("inactive", "struggling", "overdue", "encouragement"):
            self.write(f"{name}_one.md", template("x", category=name))

    def write(self, name: str, text: str) -> None:
        folder = self.rules if name.endswith(".yaml") else self.templates
        (folder / name).write_text(text, encoding="utf-8")

    def check(self) -> list[str]:
        found = examine(read_sources(self.rules, self.templates))
        return [str(problem) for problem in found.told]


@pytest.fixture
def folders(tmp_path: Path) -> Folders:
    return Folders(tmp_path)


def test_the_shipped_folders_have_no_problem() -> None:
    """What the project brings passes its own check, hints included."""
    assert examine(read_sources(ROOT / "rules", ROOT / "message_templates")).told == []


def test_small_good_folders_have_no_problem(folders: Folders) -> None:
    """The check has nothing to say where nothing is wrong."""
    assert folders.check() == []


def test_a_folder_without_phrases_of_a_crisis_is_told(folders: Folders) -> None:
    """A school with rules of its own may not know that it needs them; nothing else waits for it."""
    (folders.rules / "crisis.yaml").unlink()
    (hint,) = folders.check()
    assert "no file lists phrases" in hint
    assert RuleBook(folders.rules, folders.templates).reload_if_changed(NOW).taken


@pytest.mark.parametrize(
    ("body", "problem"),
    [
        pytest.param("{{ 10 // current_streak }}",
                     "Template `hello` cannot be filled with what is known (ZeroDivisionError). "
                     "(all figures are 0)", id="division by nothing"),
        pytest.param("{{ average_score * 2 }}",
                     "Template `hello` cannot be filled with what is known (TypeError). "
                     "(nothing is known)", id="sum of what nobody knows"),
        pytest.param("{% if current_streak %}x{% endif %}", "is blank when all figures are 0",
                     id="blank"),
        pytest.param("{{ 'a' ~ teacher }}", "says `None` when nothing is known", id="none"),
        pytest.param("{{ first_name.foo }}",
                     "Template `hello` cannot be filled with what is known (UndefinedError). "
                     "(all figures are 0)", id="no such thing"),
    ],
)  # fmt: skip
def test_templates_are_tried_on_awkward_students(folders: Folders, body: str, problem: str) -> None:
    """What would fail for some student fails in the check, with the reason."""
    folders.write("hello.md", template(body))
    assert folders.check() == [f"message_templates/hello.md:9: {problem}"]


def test_what_may_be_unknown_when_a_rule_fires_is_told(folders: Folders) -> None:
    """Such a nudge would be dropped; the rule's own metrics are sure to be known."""
    folders.write("hello.md", template("{{ average_score }} {{ xp }}"))
    message = "may be unknown when rule `hello_rule` fires; ask `is not none` first"
    assert folders.check() == [f"message_templates/hello.md:9: xp: {message}"]


def test_what_nothing_uses_is_told(folders: Folders) -> None:
    """A template that no rule names, and a category that teachers find empty."""
    folders.write("lonely.md", template("x"))
    (folders.templates / "overdue_one.md").unlink()
    assert folders.check() == [
        "message_templates: there is no template of the category `overdue` for teachers",
        "message_templates/lonely.md:1: no rule names this template",
    ]


def test_a_class_is_told_nothing_of_a_student(folders: Folders) -> None:
    """A rule that writes to a class may not use a personal template."""
    folders.write("hello.yaml", RULE.replace("direct_message", "group_notification"))
    message = "tells of one student, but rule `hello_rule` writes to a class"
    assert folders.check() == [f"message_templates/hello.md:9: first_name: {message}"]


def test_parts_are_there_and_are_no_messages(folders: Folders) -> None:
    """Without a frame no nudge could be sent, and a frame alone is none."""
    folders.write("hello.yaml", RULE.replace(": hello\n", ": frame\n"))
    (folders.templates / "resources.md").unlink()
    message = "`frame` is a part of other messages, not a message"
    assert folders.check() == [
        "message_templates: there is no `resources.md`",
        f"rules/hello.yaml:7: intervention.message_template: {message}",
    ]


def test_a_rule_cannot_send_what_teachers_send_by_hand(folders: Folders) -> None:
    """Such a template speaks as the teacher and promises what only a teacher can keep."""
    folders.write("hello.yaml", RULE.replace(": hello\n", ": inactive_one\n"))
    (problem,) = folders.check()
    assert problem == (
        "rules/hello.yaml:7: intervention.message_template: `inactive_one` is one that teachers "
        "send by hand (category `inactive`); a rule needs one of the category `nudge`"
    )


def test_a_missing_folder_is_a_problem(folders: Folders) -> None:
    """A wrong path is not an empty set of rules."""
    gone = folders.rules / "gone"
    assert "gone: there is no such folder" in list(
        map(str, examine(read_sources(gone, folders.templates)).told)
    )


def test_changed_files_are_taken_up(folders: Folders) -> None:
    """The first look takes what is there, a second one nothing, a changed file everything."""
    book = RuleBook(folders.rules, folders.templates)
    assert book.rules.rules == ()
    first = book.reload_if_changed(NOW)
    assert (first.changed, first.taken, first.problems) == (True, True, ())
    assert not book.reload_if_changed(NOW).changed
    folders.write("hello.yaml", RULE.replace("60", "50"))
    folders.write("hello.md", template("Bye {{ first_name }}"))
    later = NOW + timedelta(minutes=1)
    assert book.reload_if_changed(later).taken
    assert book.in_force_since == later
    changed = book.rules.rule("hello_rule")
    assert changed is not None
    assert [each.operand for each in rules.tests_in(changed.conditions)] == [50]
    assert book.composer.message("hello", facts()).text == "Bye Ana"


def test_a_broken_file_leaves_the_old_rules_in_force(folders: Folders) -> None:
    """All problems are told once; the mended file is taken up."""
    book = RuleBook(folders.rules, folders.templates)
    book.reload_if_changed(NOW)
    folders.write("hello.yaml", RULE.replace("urgency: low", "urgency: lwo"))
    folders.write("hello.md", template("{{ first_nam }}"))
    broken = book.reload_if_changed(NOW + timedelta(minutes=1))
    assert (broken.changed, broken.taken) == (True, False)
    name = "first_nam: templates have no such variable, did you mean `first_name`?"
    assert broken.text.splitlines() == [
        "The rules and templates have problems; the old ones stay in force.",
        f"message_templates/hello.md:9: {name}",
        "rules/hello.yaml:8: intervention.urgency: `lwo` is not possible, did you mean `low`?",
    ]
    assert [each.id for each in book.rules.rules] == ["hello_rule"]
    assert book.in_force_since == NOW
    assert book.composer.message("hello", facts()).text == "Hello Ana"
    assert not book.reload_if_changed(NOW + timedelta(minutes=2)).changed
    assert book.problems == broken.problems
    folders.write("hello.yaml", RULE)
    folders.write("hello.md", template("Hello again"))
    assert book.reload_if_changed(NOW + timedelta(minutes=3)).taken
    assert book.problems == ()


@pytest.mark.parametrize(
    ("lines", "logged"),
    [
        pytest.param(("urgency: lwo",), "1 problem in the rule files; no rules are in force",
                     id="one"),
        pytest.param(("urgency: lwo", "  tpye: x"),
                     "2 problems in the rule files; no rules are in force", id="two"),
    ],
)  # fmt: skip
def test_broken_files_at_the_first_look_leave_nothing_in_force(
    folders: Folders, caplog: pytest.LogCaptureFixture, lines: tuple[str, ...], logged: str
) -> None:
    """Nothing is said of old rules where there never were any."""
    book = RuleBook(folders.rules, folders.templates)
    folders.write("hello.yaml", RULE.replace("urgency: low", "\n".join(lines)))
    broken = book.reload_if_changed(NOW)
    assert broken.text.splitlines()[0] == (
        "The rules and templates have problems; none are in force yet."
    )
    assert [record.getMessage() for record in caplog.records] == [logged]
    folders.write("hello.yaml", RULE)
    book.reload_if_changed(NOW)
    folders.write("hello.yaml", RULE.replace("urgency: low", "urgency: lwo"))
    book.reload_if_changed(NOW)
    assert caplog.messages[-1] == "1 problem in the rule files; the old rules stay"


def test_taking_a_rule_away_is_never_refused(folders: Folders) -> None:
    """A template left behind is a hint; the rule is gone at once."""
    folders.write("second.yaml", RULE.replace("hello_rule", "second"))
    folders.write("lonely.md", template("x"))
    book = RuleBook(folders.rules, folders.templates)
    book.reload_if_changed(NOW)
    (folders.rules / "second.yaml").unlink()
    found = book.reload_if_changed(NOW)
    assert found.taken
    assert [each.message for each in found.hints] == ["no rule names this template"]
    assert [each.id for each in book.rules.rules] == ["hello_rule"]


def test_a_folder_that_vanishes_changes_nothing(folders: Folders) -> None:
    """A network share that is gone for a moment leaves the rules as they were."""
    book = RuleBook(folders.rules, folders.templates)
    book.reload_if_changed(NOW)
    folders.rules.rename(folders.rules.with_name("away"))
    assert not book.reload_if_changed(NOW).taken
    assert [each.id for each in book.rules.rules] == ["hello_rule"]
    folders.rules.with_name("away").rename(folders.rules)
    assert book.reload_if_changed(NOW).taken
