"""Bad input, far more of it than the tests have time for: exports, texts, rules, commands."""

from __future__ import annotations

import random
import re
from contextlib import closing
from zoneinfo import ZoneInfo

from access.world import World
from chat.town import NOW
from contract.school_files import ROOT
from hardening.hostile_exports import ATTACKS
from hardening.hostile_lines import OTHERS, hostile_line
from hardening.hostile_rules import INSIDE, bent_yaml, filled, refused_yaml, way_out
from hardening.hostile_town import FORMS, HostileTown, alive_in, hostile, lines_for
from hardening.importing import run
from hardening.marked_run import marked_run
from hardening.rule_folder import RuleFolder, hostile_rule, hostile_template, said_to_admins
from hardening.test_rule_files import ESCAPES, YAMLS
from hardening.web_school import WAYS, WebSchool, school_zip

from nudgebot.errors import ExportError
from nudgebot.exports.importer import Importer
from nudgebot.exports.web_fetch import Bounds
from nudgebot.exports.web_source import WebSources
from nudgebot.markup import esc, fence
from nudgebot.nudging.messages import Direct, Mail
from nudgebot.sandbox.markup import Markup
from nudgebot.school.tables import SCHEMA
from nudgebot.store import Store
from torture.registry import Figures, Plan, torture

GOOD_WAYS = {"good", "tagged", "onwards"}
BROKEN = re.compile(r"Something broke|went wrong inside|Traceback")


@torture("hostile exports: bombs, escapes, endless lines, NUL bytes", kind="input")
def exports(plan: Plan) -> Figures:
    """Each attack in a process with 1.2 GB of memory; what is refused leaves no row."""
    megabytes = plan.size("megabytes", short=1, full=100)
    count = min(plan.size("attacks", short=8, full=len(ATTACKS)), len(ATTACKS))
    wanted = {each.name: each for each in plan.dice().sample(ATTACKS, count)}
    met = run(list(wanted), megabytes=megabytes)
    right = sum(
        not each.surprise
        and wanted[each.name].words in each.sentence
        and each.students == wanted[each.name].students
        and (bool(each.sentence) == bool(wanted[each.name].words))
        for each in met
    )
    peak = max(each.peak_mb for each in met)
    return Figures(
        count,
        right,
        lost=count - right,
        hits=len(met),
        note=f"peak {peak:,.0f} MB",
    )


@torture("zips with flipped bytes", kind="input")
def flipped(plan: Plan) -> Figures:
    """Every one is refused in a sentence or read as it was; no error comes through."""
    dice = random.Random(plan.seed)  # noqa: S311  # no secret
    whole = bytearray(school_zip("Ana", "Ben", "Cem"))
    count = plan.size("flips", short=150, full=5_000)
    right = refused = 0
    with closing(Store(plan.folder / "school.db", [SCHEMA])) as store:
        importer = Importer(store, zone=ZoneInfo("UTC"), max_drop_share=1.0)
        for _ in range(count):
            data = bytearray(whole)
            for _ in range(dice.randint(1, 3)):
                data[dice.randrange(len(data))] = dice.randrange(256)
            path = plan.folder / "a.zip"
            path.write_bytes(data[: dice.choice((len(data), dice.randrange(len(data) + 1)))])
            try:
                importer.ingest(path, format_name="native", as_of=NOW, allow_drop=True)
            except ExportError as error:
                refused += 1
                right += "\n" not in str(error)
            else:
                right += 1
    return Figures(count, right, amiss=count - right, hits=refused)


@torture("exports over HTTP that drip, break off, lie, lead elsewhere", kind="input")
def web(plan: Plan) -> Figures:
    """No half zip lands, and each ends in its time."""
    ways = sorted(set(WAYS) - GOOD_WAYS)
    rounds = plan.size("rounds", short=1, full=2)
    bounds = Bounds(4 * 2**20, 0.8, 0.4, 0.3, 1000)
    lost = leaked = ended = 0
    with WebSchool() as school:
        for number in range(rounds):
            for way in ways:
                folder = plan.folder / f"{number}{way}"
                sources = WebSources([school.url(way)], folder, token="hidden", bounds=bounds)
                failed = sources.poll()
                ended += sources.wait(5)
                lost += bool(list(folder.iterdir()))
                failed += sources.poll()
                leaked += any("hidden" in each.text for each in failed)
                sources.wait(5)
    tries = rounds * len(ways)
    return Figures(tries, tries - lost, lost=lost, leaked=leaked, amiss=tries - ended, hits=tries)


@torture("hostile names, titles and words in every message of a town", kind="input")
def towns(plan: Plan) -> Figures:
    """Each text is a mention, a link, a picture, a moment, a quote's end … and shown as text."""
    count, total, leaked = plan.size("towns", short=1, full=15), 0, 0
    markups = Markup(218), Markup(500)
    for number in range(count):
        dice = random.Random(plan.seed * 1000 + number)  # noqa: S311  # no secret
        folder = plan.folder / str(number)
        folder.mkdir()
        town = HostileTown(folder, dice)
        with closing(town.store):
            names = [name for each in town.office.registry.commands for name in each.names]
            sent = town.talk(lines_for(names, dice))
        seen = [each for each in sent if not isinstance(each.recipient, Mail)]
        total += len(seen)
        leaked += sum(any(alive_in(each.content, m) for m in markups) for each in seen)
    return Figures(total, total - leaked, leaked=leaked, hits=total, note=f"{count} towns")


@torture("escaped and fenced texts in every place of a message", kind="input")
def escaped(plan: Plan) -> Figures:
    """Whatever is written, the reader sees it as it is."""
    dice = random.Random(plan.seed)  # noqa: S311  # no secret
    count, leaked = plan.size("texts", short=200, full=20_000), 0
    markup = Markup(500)
    for _ in range(count):
        text = hostile(dice) + dice.choice(("", *FORMS))
        shown = esc(text)
        places = [
            f"a {shown} b", f"- {shown}", f"> {shown}", f"|a|b|\n|-|-|\n|{shown}|c|",
            f"[{shown}](/user_uploads/1/a.png)", f"**{shown}x**", f"```spoiler {shown}\nx\n```",
            fence(text.replace("\0", "")),
        ]  # fmt: skip
        leaked += any(alive_in(place, markup) for place in places)
    return Figures(count, count - leaked, leaked=leaked, hits=count)


@torture("hostile rule files: billion laughs, deep nesting, aliases, bent YAML", kind="input")
def yamls(plan: Plan) -> Figures:
    """Each is refused with short problems or read; none raises, and none takes its time."""
    dice = plan.dice()
    shipped = [path.read_text("utf-8") for path in sorted((ROOT / "rules").glob("*.yaml"))]
    count = plan.size("yamls", short=50, full=2_000)
    texts = [*YAMLS.values(), *(bent_yaml(dice, dice.choice(shipped)) for _ in range(count))]
    right = sum(map(refused_yaml, texts))
    return Figures(len(texts), right, amiss=len(texts) - right, hits=len(texts))


@torture("hostile templates: loops, powers, ways out of the sandbox", kind="input")
def templates(plan: Plan) -> Figures:
    """Filled or refused at once, and nothing of the program's inside is shown."""
    dice = plan.dice()
    count = plan.size("templates", short=300, full=10_000)
    sources = [*ESCAPES.values(), *(way_out(dice) for _ in range(count))]
    done = [filled(source) for source in sources]
    right = sum(in_time for in_time, _ in done)
    leaked = sum(bool(INSIDE.search(said)) for _, said in done)
    return Figures(
        len(sources), right, leaked=leaked, amiss=len(sources) - right, hits=len(sources)
    )


@torture("hostile rules and templates beside good ones, giants among them", kind="input")
def rule_folders(plan: Plan) -> Figures:
    """The old rules stay in force (else: lost), and what the admins are told does nothing."""
    dice, markup = plan.dice(), Markup(500)
    folder = RuleFolder(plan.folder)
    count = plan.size("rule_files", short=2, full=40)
    giant = "x" * (plan.size("megabytes", short=1, full=100) * 2**20)
    files = [
        (folder.rules / "giant.yaml", giant),
        (folder.templates / "giant.md", f"---\ntitle: x\n---\n{giant}"),
        *((folder.rules / f"@**zq|7** {n}.yaml", hostile_rule(dice)) for n in range(count)),
        *((folder.templates / f"[z](zq.com){n}.md", hostile_template(dice)) for n in range(count)),
    ]
    lost = alive = refused = 0
    for path, text in files:
        looked = folder.with_file(path, text)
        refused += bool(looked.problems)
        alive += bool(alive_in(said_to_admins(looked), markup))
        lost += len(folder.book.rules.rules) < folder.in_force
    return Figures(len(files), len(files) - lost, lost=lost, leaked=alive, hits=refused)


@torture("hostile command lines, SQL among them, from students, strangers, teachers", kind="input")
def lines(plan: Plan) -> Figures:
    """No answer shows anybody else's student, none breaks, and no student's row is changed."""
    dice = plan.dice()
    count, leaked, amiss = plan.size("lines", short=150, full=2_500), 0, 0
    asked = answers = 0
    world = World(plan.folder)
    people = "SELECT * FROM students ORDER BY student_id"
    with closing(world.store):
        world.figures.rows["s1"]["average_score"] = 61.3725
        renamed = "UPDATE students SET name = 'Anouk Alvarez', given_name = 'Anouk'"
        world.store.execute(f"{renamed} WHERE student_id = 's1'")
        before = [tuple(row) for row in world.store.rows(people)]
        for number in range(count):
            asker = dice.choice(tuple(OTHERS))
            line = hostile_line(dice, number)
            if OTHERS[asker].search(line):
                continue  # nothing that was typed is a secret to its typist
            asked += 1
            told = world.say(asker, line)
            answers += len(told)
            amiss += any(BROKEN.search(each.content) for each in told)
            leaked += any(
                OTHERS[asker].search(each.content)
                for each in told
                if each.recipient == Direct((asker,))
            )
        amiss += [tuple(row) for row in world.store.rows(people)] != before
    note = f"{answers:,} answers"
    return Figures(asked, asked - leaked - amiss, leaked=leaked, amiss=amiss, hits=asked, note=note)


@torture("a whole run with every logger at DEBUG, each word and mark of it known", kind="input")
def logged(plan: Plan) -> Figures:
    """Of a line with a word, a mark or a key in it the log leaks; a part it is silent of is amiss.

    Errors in all parts hold such words; commands, mails, files, faults and broken rules are in it.
    """
    found = Figures(0, 0)
    for number in range(plan.size("log_runs", short=1, full=2)):
        folder = plan.folder / str(number)
        folder.mkdir()
        with marked_run(folder, plan.seed * 100 + number) as run_:
            run_.play(whole=plan.full)
            looked, leaked = len(run_.logged()), len(run_.leaks())
            untold = len(run_.untold())
        found += Figures(looked, looked - leaked, leaked=leaked, amiss=untold, hits=looked)
    return found
