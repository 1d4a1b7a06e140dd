"""Measures the import of raw activity beside `sqlite3 .import` and `sqlite-utils insert --csv`.

    python -m benchmarks.import_speed [--rows 1000000] [--rounds 3] [--without-ids]

The other two write texts as they are into a table without an index; nudgebot reads, checks, turns
times into moments and local days, keeps what is repeated from being counted twice, rolls up and
marks whose figures are old. The log is made so that three rows fall into one roll-up and eight or
nine on a student's day, as they do in the Moodle logs of Hasan et al. (2021).
"""

from __future__ import annotations

import argparse
import csv
import random
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

from nudgebot.exports.importer import Importer
from nudgebot.school.tables import SCHEMA
from nudgebot.store import Store

START = datetime(2026, 8, 1, tzinfo=UTC)
DAYS = 120
STUDENTS = 2000
KINDS = ("reading", "forum", "practice", "video")
SUBJECTS = ("Mathematics", "Physics", "English", "History")
COLUMNS = (
    "activity_id",
    "student_id",
    "at",
    "kind",
    "content_id",
    "subject",
    "minutes",
    "progress",
)


def sessions(rows: int) -> Iterator[tuple[datetime, str, str, str, str, str, str]]:
    """Rows of sessions: a student, an hour, a subject, and runs on the same content."""
    chance = random.Random(7)  # noqa: S311  # a log to measure with, the same every time
    made = 0
    while made < rows:
        student = f"S{chance.randrange(STUDENTS):05}"
        subject = chance.choice(SUBJECTS)
        hour = chance.choice((7, 8, 9, 10, 13, 14, 15, 16, 17, 19, 20))
        moment = START + timedelta(days=chance.randrange(DAYS), hours=hour)
        moment += timedelta(seconds=chance.randrange(2400))
        yield moment, student, "login", "", "", "", ""
        made += 1
        for _ in range(chance.randrange(1, 5)):
            kind, content = chance.choice(KINDS), f"c{chance.randrange(400)}"
            for _ in range(chance.randrange(1, 6)):
                moment += timedelta(seconds=chance.randrange(5, 60))
                progress = f"{chance.random():.2f}" if kind == "video" else ""
                minutes = str(chance.randrange(1, 80) / 4)
                yield moment, student, kind, content, subject, minutes, progress
                made += 1


def write_export(folder: Path, rows: int, *, ids: bool) -> Path:
    """An export of the native format in time order; gives the path of its activities."""
    lines = "".join(f"S{number:05},Student {number}\n" for number in range(STUDENTS))
    (folder / "students.csv").write_text(f"student_id,name\n{lines}", encoding="utf-8")
    path = folder / "activities.csv"
    log = sorted(sessions(rows))[:rows]
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(COLUMNS if ids else COLUMNS[1:])
        for number, (moment, student, *rest) in enumerate(log):
            row = (student, f"{moment:%Y-%m-%dT%H:%M:%SZ}", *rest)
            writer.writerow((f"a{number:08}", *row) if ids else row)
    return path


def by_sqlite3(path: Path, database: Path) -> None:
    """The command line's own import into a plain table."""
    header = path.open(encoding="utf-8").readline().strip().split(",")
    table = f"create table activities ({', '.join(f'{name} text' for name in header)})"
    load = f'.import --csv --skip 1 "{path}" activities'
    subprocess.run(["sqlite3", str(database), table, load], check=True)


def by_sqlite_utils(path: Path, database: Path) -> None:
    """The tool most people would take."""
    command = [sys.executable, "-m", "sqlite_utils", "insert", str(database), "activities"]
    subprocess.run([*command, str(path), "--csv", "--silent"], check=True)


def by_nudgebot(path: Path, database: Path) -> None:
    """The whole of an import, with all that it works out."""
    store = Store(database, [SCHEMA])
    importer = Importer(store, zone=ZoneInfo("Europe/Berlin"), max_drop_share=0.1)
    as_of = START + timedelta(days=DAYS + 1)
    report = importer.ingest(path.parent, format_name="native", as_of=as_of)
    if report.rows_refused:
        raise SystemExit(f"{report.rows_refused} rows were refused.")
    store.close()


def measured(way: Callable[[Path, Path], None], path: Path, scratch: Path) -> float:
    """Seconds, from an empty place to a closed database."""
    folder = Path(tempfile.mkdtemp(dir=scratch))
    begin = time.perf_counter()
    way(path, folder / "school.db")
    seconds = time.perf_counter() - begin
    shutil.rmtree(folder)
    return seconds


def rollups_of(path: Path, scratch: Path) -> int:
    """How many roll-ups the log makes."""
    folder = Path(tempfile.mkdtemp(dir=scratch))
    by_nudgebot(path, folder / "school.db")
    store = Store(folder / "school.db")
    count = int(store.value("SELECT count(*) FROM activity_days"))
    store.close()
    shutil.rmtree(folder)
    return count


def main() -> None:
    """Measure the three in turn, several times, and print medians and ratios."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("--rows", type=int, default=1_000_000)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--without-ids", action="store_true", help="a log without activity_id")
    given = parser.parse_args()
    ways: dict[str, Callable[[Path, Path], None]] = {
        "sqlite3 .import": by_sqlite3,
        "nudgebot": by_nudgebot,
        "sqlite-utils insert": by_sqlite_utils,
    }
    with tempfile.TemporaryDirectory() as folder:
        scratch = Path(folder)
        (scratch / "export").mkdir()
        path = write_export(scratch / "export", given.rows, ids=not given.without_ids)
        count = rollups_of(path, scratch)
        print(f"{given.rows:,} rows, {path.stat().st_size / 2**20:.0f} MB, {count:,} roll-ups")
        times: dict[str, list[float]] = {name: [] for name in ways}
        for _ in range(given.rounds):
            for name, way in ways.items():
                times[name].append(measured(way, path, scratch))
    medians = {name: statistics.median(found) for name, found in times.items()}
    for name, found in times.items():
        told = " ".join(f"{seconds:.2f}" for seconds in found)
        print(f"{name:<22} median {medians[name]:6.2f} s   ({told})")
    ours = medians["nudgebot"]
    print(
        f"nudgebot takes {ours / medians['sqlite3 .import']:.2f} times as long as sqlite3 .import"
    )
    print(f"nudgebot is {medians['sqlite-utils insert'] / ours:.1f} times as fast as sqlite-utils")


if __name__ == "__main__":
    main()
