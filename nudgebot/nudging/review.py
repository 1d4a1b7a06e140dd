"""Rules that a person should look at: no effect, harm, no responses, dependence; none is switched.

Nothing here changes a rule: what is found is proposed to the admins, with the numbers.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Protocol

from nudgebot.nudging.case_sheet import read_sheet
from nudgebot.nudging.dependence import Dependence, Sign, dependence, quiet_days
from nudgebot.nudging.effects import Effects
from nudgebot.nudging.effects_values import Grouping, Proposal
from nudgebot.nudging.learning import Tally
from nudgebot.school.days import from_at, to_at
from nudgebot.store import Store

LOOK_BACK = timedelta(days=365)
TOLD_FOR = timedelta(days=28)

# Whatever came back counts, and the target too; that it was read does not.
_RESPONSES = """
SELECT c.rule_id, COUNT(*),
    SUM(COALESCE(c.target_met_at <= c.ends_at, 0) OR EXISTS (
        SELECT 1 FROM responses r WHERE r.nudge_key = c.nudge_key AND r.kind != 'read'
            AND r.at <= c.ends_at))
FROM cases c JOIN nudges n ON n.nudge_key = c.nudge_key
WHERE c.state = 'closed' AND n.state = 'sent' AND n.to_student
    AND c.starts_at > ? AND c.ends_at <= ?
GROUP BY c.rule_id ORDER BY c.rule_id
"""


class EffectOfRule(Protocol):
    """What is known of a rule's effect; `nudgebot.nudging.effects_values.Effect` is one."""

    @property
    def group(self) -> str:
        """The rule's id."""

    @property
    def proposal(self) -> Proposal:
        """What to do about it."""

    @property
    def text(self) -> str:
        """The effect in words."""

    @property
    def recommendations(self) -> Sequence[str]:
        """What to do, in words, the weightiest first."""


@dataclass(frozen=True)
class Review:
    """A rule to look at: `about` is effect, responses or dependence; no student's data in it.

    `harm`: it does harm by figures that hold however often one looks.
    """

    rule_id: str
    about: str
    text: str
    found_at: datetime | None = None
    harm: bool = False


def reviews(
    found: Iterable[EffectOfRule],
    *,
    responses: Mapping[str, Tally],
    dependences: Iterable[Dependence] = (),
    minimum: int,
    least_rate: float,
) -> list[Review]:
    """What to propose, by rule; `responses` are of rules, `least_rate` is the share they need."""
    return sorted(
        [
            *_by_effect(found),
            *_by_responses(responses, minimum, least_rate),
            *_by_dependence(dependences),
        ],
        key=lambda each: (each.rule_id, each.about),
    )


def _by_effect(found: Iterable[EffectOfRule]) -> Iterator[Review]:
    for each in found:
        if each.proposal in (Proposal.REVIEW, Proposal.STOP):
            text = " ".join([each.text, *each.recommendations])
            yield Review(each.group, "effect", text, harm=each.proposal is Proposal.STOP)


def _by_responses(
    responses: Mapping[str, Tally], minimum: int, least_rate: float
) -> Iterator[Review]:
    for rule_id, tally in responses.items():
        if tally.of >= max(minimum, 1) and tally.met / tally.of < least_rate:
            yield Review(
                rule_id,
                "responses",
                f"Only {tally.text} messages were answered or acted on "
                f"({100 * tally.met / tally.of:.0f} %, {100 * least_rate:.0f} % are expected). "
                "Reword it, make it rarer, or choose other students.",
            )


def _by_dependence(dependences: Iterable[Dependence]) -> Iterator[Review]:
    for each in dependences:
        if each.rule_id and each.sign is Sign.LESS:
            text = f"{each.text} A longer cooldown would let them find back to it by themselves."
            yield Review(each.rule_id, "dependence", text)


def responses_by_rule(store: Store, as_of: datetime) -> dict[str, Tally]:
    """Of each rule's messages that were followed to the end, how many anything came back to."""
    rows = store.rows(_RESPONSES, [to_at(as_of - LOOK_BACK), to_at(as_of)])
    return {row[0]: Tally(row[2], row[1]) for row in rows}


class Reviews:
    """Keeps what was proposed; `minimum` is of cases in each arm, `least_rate` of responses."""

    def __init__(self, store: Store, *, minimum: int, least_rate: float) -> None:
        self._store = store
        self._minimum = minimum
        self._least_rate = least_rate

    def look(self, rule_ids: Collection[str], as_of: datetime) -> list[Review]:
        """Find anew what these rules give reason for; returns what the admins are to be told.

        A rule is told of once in four weeks; see `mark_told`. That it does harm is told at once,
        and then once in four weeks. What no longer holds is forgotten.
        """
        lately = (as_of - LOOK_BACK, as_of)
        cases = read_sheet(self._store, lately, ended=lately)
        found = reviews(
            Effects(cases, minimum=self._minimum).by(Grouping.RULE),
            responses=responses_by_rule(self._store, as_of),
            dependences=dependence(quiet_days(self._store, as_of), minimum=self._minimum),
            minimum=self._minimum,
            least_rate=self._least_rate,
        )
        mine = [each for each in found if each.rule_id in rule_ids]
        return self._keep(mine, as_of)

    def _keep(self, found: Sequence[Review], as_of: datetime) -> list[Review]:
        now = to_at(as_of)
        with self._store.transaction() as connection:
            lately = dict(
                connection.execute(
                    "SELECT rule_id, harm FROM reviews_told WHERE told_at > ?",
                    [to_at(as_of - TOLD_FOR)],
                ).fetchall()
            )
            tell = [
                each
                for each in found
                if each.rule_id not in lately or (each.harm and not lately[each.rule_id])
            ]
            connection.execute("DELETE FROM reviews")
            connection.executemany(
                "INSERT INTO reviews VALUES (?, ?, ?, ?)",
                [(each.rule_id, each.about, each.text, now) for each in found],
            )
        return tell

    def mark_told(self, found: Collection[Review], as_of: datetime) -> None:
        """The admins were told of these."""
        harmful = {each.rule_id for each in found if each.harm}
        self._store.executemany(
            "INSERT OR REPLACE INTO reviews_told (rule_id, told_at, harm) VALUES (?, ?, ?)",
            [
                (rule_id, to_at(as_of), rule_id in harmful)
                for rule_id in sorted({each.rule_id for each in found})
            ],
        )


def open_reviews(store: Store) -> list[Review]:
    """What stands proposed, by rule."""
    rows = store.rows("SELECT * FROM reviews ORDER BY rule_id, about")
    return [
        Review(row["rule_id"], row["about"], row["text"], from_at(row["found_at"])) for row in rows
    ]


def told(found: Sequence[Review]) -> Iterator[str]:
    """The words to the admins, a message a rule."""
    by_rule: dict[str, list[Review]] = {}
    for each in found:
        by_rule.setdefault(each.rule_id, []).append(each)
    for rule_id, own in by_rule.items():
        until = f"until somebody changes it or writes `rule {rule_id} off`"
        head = f"The rule `{rule_id}` should be looked at. It stays as it is {until}."
        yield "\n".join([head, *(f"- {each.text}" for each in own)])
