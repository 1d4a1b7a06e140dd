"""The kinds of students that the sample knows, as numbers: how they turn up, learn and hand in."""

from __future__ import annotations

from dataclasses import dataclass, replace

from nudgebot.sandbox.sample.chance import Draw, stream

MATHEMATICS, ENGLISH, SCIENCE = 0, 1, 2
FOREVER = 10_000


@dataclass(frozen=True)
class Kind:
    """What is typical of a kind; days are offsets from the day that the story leads up to.

    Pairs in `activity`, `score` are the value far before that day and on it, with a straight line
    between. `activity` is the chance of an active school day, `score` a percentage, `cap` the
    range of the accuracy that the student reaches on skills that stay hard.
    """

    name: str
    share: float
    activity: tuple[float, float] = (0.88, 0.88)
    score: tuple[float, float] = (80, 80)
    noise: float = 5
    on_time: float = 0.92
    late: float = 0.05
    finishes_videos: float = 0.85
    likes_videos: float = 0.35
    pace: float = 1.0
    hard_skills: float = 0.12
    cap: tuple[float, float] = (0.6, 0.8)
    begins: int | None = None
    leaves: int | None = None
    stops: tuple[int, int] | None = None
    returns: tuple[int, int] = (FOREVER, FOREVER)
    run: tuple[int, int] | None = None
    pause: tuple[int, int] | None = None
    paused_subjects: tuple[int, ...] = ()
    keeps_english: bool = False


KINDS: tuple[Kind, ...] = (
    Kind("steady", 0.39),
    Kind(
        "improving",
        0.10,
        activity=(0.5, 0.93),
        score=(46, 84),
        noise=4,
        on_time=0.85,
        late=0.1,
        pace=1.6,
    ),
    Kind("fading", 0.10, activity=(0.92, 0.12), score=(80, 62), on_time=0.85, late=0.1, pace=0.9),
    Kind("stopped", 0.06, score=(72, 58), stops=(-18, -9), returns=(3, 40)),
    Kind(
        "struggling",
        0.09,
        activity=(0.72, 0.62),
        score=(50, 43),
        on_time=0.55,
        late=0.2,
        finishes_videos=0.55,
        pace=0.5,
        hard_skills=0.8,
        cap=(0.45, 0.62),
    ),
    Kind("streak_broken", 0.06, score=(80, 77), run=(-13, -2), stops=(-2, -2), returns=(1, 3)),
    Kind(
        "video_skipper",
        0.06,
        activity=(0.8, 0.8),
        score=(73, 70),
        finishes_videos=0.06,
        likes_videos=0.65,
    ),
    Kind(
        "unprepared",
        0.05,
        activity=(0.78, 0.78),
        score=(62, 58),
        noise=4,
        pause=(-10, 1),
        paused_subjects=(MATHEMATICS, SCIENCE),
    ),
    Kind(
        "sinking",
        0.03,
        activity=(0.7, 0.6),
        score=(54, 26),
        noise=3,
        on_time=0.6,
        late=0.2,
        hard_skills=0.4,
        pause=(-8, 1),
        paused_subjects=(MATHEMATICS, SCIENCE),
        keeps_english=True,
    ),
    Kind("overdue", 0.035, activity=(0.65, 0.65), score=(70, 66), on_time=0.3, late=0.15, pace=0.8),
    Kind("new", 0.015, score=(75, 75), begins=-3, stops=(-FOREVER, -FOREVER), returns=(2, 6)),
    Kind("left", 0.01, leaves=-14, stops=(-16, -14)),
)

# So that a school of thirty has every kind, and a demo finds each under a known number.
_FIRST = (
    "steady",
    "improving",
    "struggling",
    "steady",
    "stopped",
    "streak_broken",
    "video_skipper",
    "steady",
    "sinking",
    "unprepared",
    "steady",
    "fading",
    "new",
    "steady",
    "overdue",
    "struggling",
    "improving",
    "steady",
    "stopped",
    "streak_broken",
    "steady",
    "video_skipper",
    "fading",
    "unprepared",
    "sinking",
    "steady",
    "struggling",
    "new",
    "left",
    "overdue",
)


def kind_of(seed: int, number: int) -> Kind:
    """The kind of the student with that number (from 1), whatever the size of the school."""
    if number > len(_FIRST):
        return _by_share(stream(seed, number, "kind"))
    kind = next(each for each in KINDS if each.name == _FIRST[number - 1])
    if number == 1:
        return replace(kind, activity=(0.95, 0.95), score=(92, 94), run=(-20, FOREVER), noise=3)
    if number == 5:
        # Thirteen days in a row, then nothing for ten days; back the day after a message.
        return replace(
            kind, score=(84, 52), run=(-22, -10), stops=(-10, -10), returns=(1, 1), noise=3
        )
    return kind


def _by_share(draw: Draw) -> Kind:
    left = draw() * sum(kind.share for kind in KINDS)
    for kind in KINDS:
        left -= kind.share
        if left < 0:
            return kind
    return KINDS[0]
