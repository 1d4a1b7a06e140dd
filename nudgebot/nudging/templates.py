"""Message templates: Markdown files with a YAML head, their tones and languages as variants."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

from jinja2 import TemplateError, TemplateSyntaxError
from pydantic import BaseModel, ConfigDict, Field

from nudgebot.errors import Problem
from nudgebot.insight.catalogue import METRIC
from nudgebot.insight.metric import Metric
from nudgebot.nudging.complaints import checked
from nudgebot.nudging.rendering import FILTERS, names_in
from nudgebot.nudging.strict_yaml import Entries, plain, read_yaml
from nudgebot.nudging.texts import Texts, read_texts
from nudgebot.nudging.variables import PARTS, known_names
from nudgebot.spelling import did_you_mean, listed

BY_HAND = ("inactive", "struggling", "overdue", "encouragement")
"""The categories that teachers send from (requirement B, Message Templates)."""

CATEGORIES = ("nudge", *BY_HAND, "parent", "part")
"""`nudge` templates are named by rules; a `parent` one is an e-mail to a guardian; a `part` is what
other messages are put together with."""

_LANGUAGE = re.compile(r"[a-z]{2,3}(-[a-z]{2})?")
_TONE = re.compile(r"[a-z][a-z_]{3,}")
_ID = re.compile(r"[a-z][a-z0-9_]*")
_NO_FILTER = re.compile(r"No filter named '(\w+)'")


class HeadKeys(BaseModel):
    """The head of a template; a variant may leave out what is as in its base."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    title: str = Field("", max_length=200)
    category: str = ""
    tone: str = ""
    goal: str = ""
    call_to_action: str = Field("", max_length=200)
    language: str = Field("", max_length=20)


@dataclass(frozen=True)
class Template:
    """One wording; `names` are the variables that its body takes."""

    id: str
    title: str
    category: str
    tone: str
    goal: str
    call_to_action: str
    language: str
    body: str
    names: frozenset[str]
    file: str = ""
    line: int = 1
    is_base: bool = True


@dataclass(frozen=True)
class TemplateSet:
    """All wordings by template id, each id's base first; fit for use only without problems."""

    by_id: Mapping[str, Sequence[Template]] = field(default_factory=dict)
    problems: tuple[Problem, ...] = ()

    def pick(self, template_id: str, *, tone: str | None = None, language: str = "") -> Template:
        """The wording nearest to what is asked: the language counts more than the tone.

        Raises KeyError where there is no template of this id.
        """
        variants = self.by_id[template_id]
        base = variants[0]
        language = language.lower()

        def nearness(template: Template) -> tuple[bool, ...]:
            return (
                template.language == language,
                template.language == language.split("-")[0],
                template.language == base.language,
                template.tone == (tone or base.tone),
                template.tone == base.tone,
            )

        return max(variants, key=nearness)

    def of_category(self, category: str) -> tuple[Template, ...]:
        """The base wordings of a category, by id; what `templates <category>` offers."""
        bases = (variants[0] for variants in self.by_id.values())
        found = (base for base in bases if base.category == category)
        return tuple(sorted(found, key=lambda base: base.id))


def read_templates(path: Path, *, metrics: Mapping[str, Metric] = METRIC) -> TemplateSet:
    """All templates of a folder, and all problems with them; a README.md is left alone."""
    texts, problems = read_texts(path, (".md",))
    return templates_of(texts, metrics=metrics, problems=problems)


def templates_of(
    texts: Texts, *, metrics: Mapping[str, Metric] = METRIC, problems: Sequence[Problem] = ()
) -> TemplateSet:
    """As `read_templates`, from texts by file name that are read already."""
    reader = _Reader(metrics, list(problems))
    for file, text in sorted(texts.items(), key=lambda item: (item[0].count("."), item[0])):
        if not Path(file).name.startswith("README"):
            reader.file(file, text)
    return TemplateSet(reader.by_id, tuple(sorted(reader.problems)))


@dataclass
class _Reader:
    """Bases come before their variants, which take from them what they leave out."""

    metrics: Mapping[str, Metric]
    problems: list[Problem]
    by_id: dict[str, list[Template]] = field(default_factory=dict)

    def complain(self, file: str, line: int, name: str, message: str) -> None:
        self.problems.append(Problem(file, line, name, message))

    def file(self, file: str, text: str) -> None:
        before = len(self.problems)
        template_id, *variant = Path(file).name.removesuffix(".md").split(".")
        tone, language = self._variant(file, variant)
        bases = self.by_id.get(template_id, [])
        if not _ID.fullmatch(template_id):
            self.complain(file, 0, "", "a file's name is lower-case words joined by `_`")
        if variant and not bases:
            message = f"a variant of `{template_id}.md`, which does not exist or is broken"
            self.complain(file, 0, "", message)
        if len(self.problems) > before:
            return
        head, body, line = self._parts(file, text)
        if head is None:
            return
        base = bases[0] if variant and bases else None
        template = _filled(head, base, template_id=template_id, tone=tone, language=language)
        self._check_head(template, head, base, file)
        names = self._names(template, body, file, line)
        if len(self.problems) == before:
            made = replace(template, body=body, names=names, file=file, line=line)
            self.by_id.setdefault(template_id, []).append(made)

    def _variant(self, file: str, parts: Sequence[str]) -> tuple[str, str]:
        """Tone and language from a file's name: `<id>.<tone>.<language>.md`, each may be left."""
        tone = next((part for part in parts if _TONE.fullmatch(part)), "")
        language = next((part for part in parts if _LANGUAGE.fullmatch(part)), "")
        if list(parts) != [part for part in (tone, language) if part]:
            self.complain(file, 0, "", "is named `<id>.<tone>.<language>.md`, the two if needed")
        return tone, language

    def _parts(self, file: str, text: str) -> tuple[HeadKeys | None, str, int]:
        """Head, body, and the line that the body begins on."""
        lines = text.splitlines()
        ends = [number for number, line in enumerate(lines) if line.rstrip() == "---"]
        if len(ends) < 2 or ends[0] != 0:
            self.complain(file, 1, "", "begins with a head between two lines of `---`")
            return None, "", 1
        node, problems = read_yaml("\n".join(lines[1 : ends[1]]), file=file, first_line=2)
        self.problems += problems
        if not isinstance(node, Entries):
            if node is not None:
                self.complain(file, 2, "", "the head needs keys, such as `title:`")
            return None, "", 1
        head, problems = checked(HeadKeys, plain(node), node=node, file=file)
        self.problems += problems
        body = "\n".join(lines[ends[1] + 1 :])
        if not body.strip():
            self.complain(file, ends[1] + 1, "", "there is no text below the head")
        return head, body, ends[1] + 2

    def _check_head(
        self, template: Template, head: HeadKeys, base: Template | None, file: str
    ) -> None:
        for key in HeadKeys.model_fields:
            calls = template.category not in ("part", "parent")
            if not getattr(template, key) and (calls or key != "call_to_action"):
                self.complain(file, 1, key, "is missing in the head")
        if template.category and template.category not in CATEGORIES:
            guess = did_you_mean(template.category, CATEGORIES) or f"; {listed(CATEGORIES)}"
            self.complain(file, 1, "category", f"`{template.category}` is none{guess}")
        if _is_part(template) != (template.id in PARTS):
            message = f"`part` is for {listed(PARTS)}, and for these only"
            self.complain(file, 1, "category", message)
        for key in ("tone", "language"):
            meant, given = getattr(template, key), getattr(head, key)
            if given and given != meant:
                self.complain(file, 1, key, f"`{given}`, but the file's name says `{meant}`")
        if base and template.language != base.language and not _is_part(base):
            for key in ("title", "call_to_action"):
                if getattr(base, key) and not getattr(head, key):
                    self.complain(file, 1, key, "is missing; another language needs its own")

    def _names(self, template: Template, body: str, file: str, line: int) -> frozenset[str]:
        """The variables of a body; each that nobody knows is a problem, in its line."""
        try:
            names = names_in(body)
        except TemplateSyntaxError as error:
            self.complain(file, line + error.lineno - 1, "", _in_words(error))
            return frozenset()
        except TemplateError as error:
            self.complain(file, line, "", _in_words(error))
            return frozenset()
        known = known_names(template.id, self.metrics, template.category)
        for name in sorted(names - known):
            found = re.search(rf"\b{re.escape(name)}\b", body)
            at = line + body.count("\n", 0, found.start()) if found else line
            guess = did_you_mean(name, known)
            self.complain(file, at, name, f"templates have no such variable{guess}")
        return names


def _is_part(template: Template) -> bool:
    return template.category == "part"


def _filled(
    head: HeadKeys, base: Template | None, *, template_id: str, tone: str, language: str
) -> Template:
    """The head, with what a variant takes from its base and from its file's name."""

    def of(key: str) -> str:
        return str(getattr(head, key) or (getattr(base, key) if base else ""))

    return Template(
        id=template_id,
        title=of("title"),
        category=of("category"),
        tone=tone or (base.tone if base else head.tone),
        goal=of("goal"),
        call_to_action=of("call_to_action"),
        language=language or (base.language if base else head.language.lower()),
        body="",
        names=frozenset(),
        is_base=base is None,
    )


def _in_words(error: TemplateError) -> str:
    message = error.message or "the template cannot be read"
    unknown = _NO_FILTER.search(message)
    if unknown:
        return f"there is no filter `{unknown[1]}`{did_you_mean(unknown[1], FILTERS)}"
    return f"not a valid template: {message}"
