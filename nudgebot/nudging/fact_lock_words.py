"""Word lists of the fact lock: numbers, claims, blame, talk of the task, and languages' own words.

They are short on purpose and judge too much rather than too little: what they refuse is said in
the template's words.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from types import MappingProxyType


def _words(*lines: str) -> frozenset[str]:
    return frozenset(word for line in lines for word in line.split())


NUMBERS: Mapping[str, frozenset[str]] = MappingProxyType(
    {
        "en": _words(
            "zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen",
            "fifteen sixteen seventeen eighteen nineteen twenty thirty forty fifty sixty seventy",
            "eighty ninety hundred hundreds thousand thousands million millions billion dozen",
            "dozens twice thrice double triple half halves quarter quarters third thirds",
            "fourth fifth sixth tenth",
        ),
        "de": _words(
            "null eins zwei drei vier fünf sechs sieben acht neun zehn elf zwölf dreizehn vierzehn",
            "fünfzehn sechzehn siebzehn achtzehn neunzehn zwanzig dreißig vierzig fünfzig sechzig",
            "siebzig achtzig neunzig million millionen dutzend zweimal dreimal doppelt",
            "halb halbe halben hälfte viertel drittel zweite zweiten dritte dritten vierte",
        ),
        "fr": _words("deux trois quatre cinq sept huit neuf dix onze douze vingt trente cent"),
        "es": _words("dos tres cuatro cinco seis siete ocho nueve diez veinte treinta cien mil"),
        "it": _words("due tre quattro cinque sei sette otto nove dieci venti trenta cento mille"),
    }
)
"""Spelled numbers, and what is as good as one, by language."""

PRONOUNS = _words("one half acht halb halbe halben")
"""Those that mostly count nothing: a template's own are no facts of their own."""

_DE_PIECES = "zwei|drei|vier|fünf|sechs|sieben|acht|neun|zehn|elf|zwölf|zwanzig|dreißig|vierzig"
_COMPOUND = re.compile(
    r"(?:ein|zwei|drei|vier|fünf|sechs|sieben|acht|neun)und\w+zig"
    rf"|(?:{_DE_PIECES})(?:mal|fach|tägig|jährig|wöchig|stündig|minütig|prozentig)\w*"
    r"|\w*(?:hundert|tausend)\w*"
    r"|(?:twenty|thirty|forty|fifty|sixty|seventy|eighty|ninety)\w+"
)

CLAIMS = _words(
    "monday tuesday wednesday thursday friday saturday sunday january february april june july",
    "august september october november december tomorrow tonight yesterday weekend week weeks",
    "month months year years hour hours minute minutes percent percentage average exam exams test",
    "tests quiz score scores grade grades rank ranked ranking teacher teachers parent parents",
    "mother father mum mom dad class classmate classmates principal deadline overdue promise",
    "guarantee guaranteed certificate prize reward attendance expelled homework assignment",
    "assignments video videos streak course courses maths math mathematics biology chemistry",
    "physics history geography english german french spanish latin",
    "montag dienstag mittwoch donnerstag freitag samstag sonntag januar februar märz mai juni juli",
    "oktober dezember morgen gestern wochenende woche wochen monat monate jahr jahre stunde",
    "stunden minuten prozent durchschnitt prüfung prüfungen klausur klausuren note noten punkt",
    "punkte punkten rang lehrer lehrerin lehrkraft eltern mutter vater klasse rektor rektorin",
    "frist überfällig versprochen garantiert urkunde preis belohnung hausaufgaben aufgabe aufgaben",
    "serie lernserie kurs mathe mathematik biologie chemie physik geschichte erdkunde englisch",
    "deutsch französisch spanisch latein",
)
"""Words that state a fact; a template's own may be used again, no other."""

BLAME = _words(
    "lazy stupid dumb idiot fail fails failed failing failure disappointed disappointing",
    "disappointment punish punished punishment consequences shame ashamed shameful embarrassing",
    "embarrassed blame fault excuse excuses guilty warning threat worthless hopeless pathetic",
    "inexcusable unacceptable ridiculous useless loser regret must detention weak careless",
    "irresponsible neglected",
    "faul dumm blöd versagt versagen versager gescheitert scheitern enttäuscht enttäuschend",
    "enttäuschung strafe bestraft bestrafen konsequenzen schande schäm schämen peinlich schuld",
    "schuldig ausrede ausreden warnung drohung wertlos hoffnungslos erbärmlich inakzeptabel",
    "lächerlich unfähig verlierer nachsitzen schwach vernachlässigt musst müsst",
)
THREATS = ("or else", "last chance", "sonst wirst", "letzte chance", "even you", "sogar du")

NEGATIONS = _words("not never no cannot without nicht nie niemals kein keine keinen ohne")
"""In front of a value, anywhere in its clause, they deny it."""

QUALIFIERS = _words(
    "nearly almost about around roughly only over under above below less fewer",
    "more than barely hardly until",
    "fast etwa ungefähr rund nur über unter weniger mehr als",
    "kaum bis knapp",
)
"""Right before a value they make another fact of it."""

CHATTER = (
    "as an ai", "language model", "placeholder", "reworded", "rewritten", "rephrased", "rewrite",
    "template", "instruction", "prompt", "here is", "here's", "certainly", "sure,", "of course,",
    "i cannot", "i can't", "i'm sorry", "i am sorry", "sprachmodell", "platzhalter",
    "umformuliert", "vorlage", "anweisung", "hier ist", "natürlich,", "gerne,", "als ki",
    "ich kann nicht", "tut mir leid", "assistant:", "user:", "system:", "message:", "nachricht:",
)  # fmt: skip
"""What a model says about its task rather than to a student."""

GREETINGS = _words(
    "hi hello hey dear greetings welcome howdy",
    "hallo hej liebe lieber liebes servus moin guten grüezi",
    "bonjour salut cher chère hola querido querida ciao caro cara",
)
"""How no message begins: the frame around it greets."""

OPENERS = _words(
    "well so yes no now then also still sometimes often remember great okay ok right again slowly",
    "luckily fortunately however instead meanwhile therefore together afterwards really lately",
    "recently today finally honestly clearly simply hopefully maybe perhaps next first indeed",
    "actually overall thankfully wow bravo congratulations please thanks",
    "ja nein gut super prima klar nun dann immerhin manchmal oft trotzdem danach zusammen",
    "gemeinsam übrigens schön genau langsam heute vielleicht wirklich kürzlich zuletzt toll danke",
    "bitte weiter erst",
)
"""What may stand at a sentence's beginning with a comma behind it and is no name."""

COMMON: Mapping[str, frozenset[str]] = MappingProxyType(
    {
        "en": _words(
            "the and you your is are to of it that this with for have has can be not do how what",
            "when if we let at on but so now will just there from or",
        ),
        "de": _words(
            "der die das und du dein deine deinen deiner ist sind zu von es mit für hast hat kann",
            "kannst nicht wie was wenn wir lass auf aber so jetzt wird nur da aus oder ein eine",
            "einen dich dir dem den im am",
        ),
        "fr": _words(
            "le la les et tu ton ta tes est sont de des du un une que qui pour avec pas ne vous",
            "votre dans sur mais nous ce cette il elle au aux",
        ),
        "es": _words(
            "el la los las y tu tus es son de del un una que por para con no se lo en pero nos",
            "este esta al como más muy te",
        ),
        "it": _words(
            "il lo la gli le e tu tuo tua tuoi è sono di del della un una che per con non si in ma",
            "ci questo questa al come più ti hai",
        ),
        "nl": _words(
            "de het een en je jouw is zijn van te dat die met voor heb hebt kan niet wat als we op",
            "maar nu er om aan ook",
        ),
    }
)
"""The commonest words of some languages, by which a text's language is told."""


def is_number(word: str, language: str) -> bool:
    """Whether a case-folded word spells a number in a language, or in English."""
    known = NUMBERS["en"] | NUMBERS.get(language, frozenset())
    return word in known or _COMPOUND.fullmatch(word) is not None
