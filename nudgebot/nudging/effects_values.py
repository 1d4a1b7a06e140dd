"""What an effect is, and what it means for the rule: figures, verdict, rating, proposal, words."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from nudgebot.nudging import effects_words as words
from nudgebot.nudging.before_after_values import BeforeAfter, Placebo

WORTH_A_MESSAGE = 0.03  # share of students; studies of such nudges find 1 to 4 points


class Grouping(StrEnum):
    """What cases are put together by."""

    ALL = "all"
    RULE = "rule"
    TYPE = "type"
    TONE = "tone"
    HOUR = "hour"
    CHANNEL = "channel"


class Measure(StrEnum):
    """What is compared: the rule's own target, and requirement A's changes from one's baseline."""

    TARGET = "target"
    ACTIVITY = "activity_change"
    PERFORMANCE = "performance_change"
    ENGAGEMENT = "engagement_change"
    OVERALL = "overall_impact"


class Verdict(StrEnum):
    """What may be said; only the first two claim anything."""

    HELPS = "helps"
    HARMS = "harms"
    UNCLEAR = "no clear effect"
    EARLY = "too early to say"


class Rating(StrEnum):
    """Requirement A's effectiveness rating, by interval and never by the point estimate."""

    EFFECTIVE = "effective"
    HARMFUL = "harmful"
    USELESS = "no effect worth a message"
    UNPROVEN = "not shown"
    EARLY = "too early to say"


class Proposal(StrEnum):
    """What to do about a rule; a person does it."""

    KEEP = "keep"
    WAIT = "wait"
    REVIEW = "review"
    STOP = "switch off?"


@dataclass(frozen=True)
class Outcome:
    """One measure, nudged against held out; shares and changes are fractions (0.09: 9 points).

    The figures are None below the minimum. Arm values are brought to the same mix of rules and
    shares, so that nudged minus held out is the difference; its 95 % interval is `low` to `high`.
    `p` belongs to the interval, `q` is p after all comparisons of its family, `steady` says that
    the verdict also holds however often somebody looks.
    """

    measure: Measure
    nudged_count: int
    held_out_count: int
    minimum: int
    nudged: float | None = None
    held_out: float | None = None
    difference: float | None = None
    low: float | None = None
    high: float | None = None
    p: float | None = None
    always_valid_p: float | None = None
    q: float | None = None
    comparisons: int = 0
    steady: bool = False
    verdict: Verdict = Verdict.EARLY
    caution: str = ""

    @property
    def measured(self) -> bool:
        """Whether there are figures to show."""
        return self.difference is not None

    @property
    def excludes_worth(self) -> bool:
        """Whether even the best that the interval allows is not worth a message."""
        return self.high is not None and self.high < WORTH_A_MESSAGE

    @property
    def interval_text(self) -> str:
        """The interval in points, with signs."""
        return words.interval(self.low, self.high)

    def text(self, *, did: str = words.DID, days: int = 0) -> str:
        """A sentence for a teacher; `did` is what the rule asks for, as in "came back"."""
        if self.nudged is None or self.held_out is None or self.difference is None:
            return words.early(self.nudged_count, self.held_out_count, self.minimum)
        told = words.compared(
            words.Compared(
                self.measure.value,
                self.nudged,
                self.held_out,
                self.difference,
                self.low or 0.0,
                self.high or 0.0,
            ),
            did=did,
            days=days,
        )
        doubt = self.verdict is Verdict.UNCLEAR and (self.p or 1) <= 0.05 and not self.caution
        chance = words.by_chance(self.comparisons) if doubt else ""
        return " ".join(part for part in (told, chance, self.caution) if part)


@dataclass(frozen=True)
class Effect:
    """Nudged against held out in one group of cases; no student's data in any of its words."""

    by: str
    group: str
    targets: tuple[str, ...]
    days: int
    outcomes: tuple[Outcome, ...]
    before_after: BeforeAfter
    placebo: Placebo
    nudged_median_days: float | None = None  # to the target; None: fewer than half reached it
    held_out_median_days: float | None = None

    def outcome(self, measure: Measure) -> Outcome:
        """The figures of one measure."""
        return next(each for each in self.outcomes if each.measure is measure)

    @property
    def target(self) -> Outcome:
        """The first of the outcomes, by which a rule is judged."""
        return self.outcome(Measure.TARGET)

    @property
    def verdict(self) -> Verdict:
        """The verdict on the target."""
        return self.target.verdict

    @property
    def cases(self) -> int:
        """How many cases were compared."""
        return self.target.nudged_count + self.target.held_out_count

    @property
    def effectiveness_rating(self) -> Rating:
        """Requirement A's rating of the group."""
        if self.verdict is Verdict.UNCLEAR:
            return Rating.USELESS if self.target.excludes_worth else Rating.UNPROVEN
        return {
            Verdict.HELPS: Rating.EFFECTIVE,
            Verdict.HARMS: Rating.HARMFUL,
            Verdict.EARLY: Rating.EARLY,
        }[self.verdict]

    @property
    def proposal(self) -> Proposal:
        """What a person should do about it; nothing is proposed on a look that came at a lucky day.

        A rule that harms, or in which even the upper end of the interval is not worth a message,
        goes to a person; so does one that helps with its target and harms a measure.
        """
        if self.verdict is Verdict.HARMS:
            return Proposal.STOP if self.target.steady else Proposal.REVIEW
        if self.effectiveness_rating is Rating.USELESS or self.harmed:
            return Proposal.REVIEW
        return Proposal.KEEP if self.verdict is Verdict.HELPS else Proposal.WAIT

    @property
    def harmed(self) -> tuple[Outcome, ...]:
        """The measures (their mean aside) in which the nudged do worse."""
        return tuple(
            each
            for each in self.outcomes
            if each.measure not in (Measure.TARGET, Measure.OVERALL)
            and each.verdict is Verdict.HARMS
        )

    @property
    def recommendations(self) -> tuple[str, ...]:
        """Requirement A's recommendations for the group, in plain words with their numbers."""
        return words.recommendations(
            rating=self.effectiveness_rating.value,
            cases=self.cases,
            interval=self.target.interval_text,
            steady=self.target.steady,
            held_out=self.target.held_out,
            missing=max(0, self.target.minimum - self.target.held_out_count),
            harmed=tuple(words.MEASURES[each.measure.value] for each in self.harmed),
        )

    @property
    def did(self) -> str:
        """What the group's rules ask for, as in "came back"."""
        return words.did(self.targets)

    @property
    def text(self) -> str:
        """The target, in a sentence or two."""
        told = self.target.text(did=self.did, days=self.days)
        if self.nudged_median_days is None or not self.target.measured:
            return told
        return f"{told} {words.medians(self.nudged_median_days, self.held_out_median_days)}"

    def lines(self) -> tuple[str, ...]:
        """Everything there is to say: target, measures, before and after, placebo, advice."""
        others = [each for each in self.outcomes[1:] if each.measured]
        return (
            f"{self.group}: {self.verdict}. {self.text}",
            *(each.text(days=self.days) for each in others),
            self.before_after.text,
            self.placebo.text,
            *self.recommendations,
        )
