"""What to change about the nudges of one student (requirement A, `recommended_adjustments`)."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from nudgebot.nudging.dashboards.received import Received, unanswered
from nudgebot.nudging.dashboards.response_rates import ResponseRates
from nudgebot.nudging.profiles import Profile

FEWEST = 5  # nudges of her own, below which nothing is said about hours and types
TALK_AFTER = 2


def adjustments(
    profile: Profile, rates: ResponseRates, received: Sequence[Received]
) -> tuple[str, ...]:
    """In sentences, the weightiest first; never none."""
    found = tuple(_advice(profile, rates, received))
    if found:
        return found
    if len(received) < FEWEST:
        return (f"Too early to say: {len(received)} of at least {FEWEST} nudges so far.",)
    return ("Nothing needs changing so far.",)


def _advice(profile: Profile, rates: ResponseRates, received: Sequence[Received]) -> Iterator[str]:
    silent = unanswered(received)
    if silent >= TALK_AFTER:
        yield f"Talk instead of writing: the last {silent} nudges had no response."
    for kind, words in (
        ("need_help", "Ask what help is wanted: {} of {} nudges were answered with “need help”."),
        ("wrong", "Check the data: {} of {} nudges were answered with “this is wrong”."),
    ):
        if rates.of(kind).count:
            yield words.format(rates.of(kind).count, rates.nudges)
    if min(len(received), profile.responses.of) < FEWEST:
        return
    if profile.frequency_preference == "low":
        yield (
            f"Write less often: {profile.responses.text} nudges worked, clearly fewer than usual."
        )
    hours = {each.hour for each in received} & set(profile.optimal_delivery_hours)
    if profile.optimal_delivery_hours and len({each.hour for each in received}) > 1 and hours:
        best = next(hour for hour in profile.optimal_delivery_hours if hour in hours)
        yield f"Write at about {best}:00, if there is a choice."
    types = {each.type for each in received}
    if len(types) > 1:
        kind = next((each for each in profile.preferred_nudge_types if each in types), "")
        yield f"Of what was tried, nudges of the type {kind.replace('_', ' ')} work best."
