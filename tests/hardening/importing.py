"""A process of its own, short of memory, that takes hostile exports and tells what came of each."""

from __future__ import annotations

import json
import resource
import subprocess
import sys
import tempfile
import time
import traceback
from collections.abc import Sequence
from contextlib import closing
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

from hardening.hostile_exports import ATTACKS, Attack
from nudgebot.errors import NudgebotError
from nudgebot.exports.importer import Importer
from nudgebot.school.tables import SCHEMA
from nudgebot.store import Store

MEMORY_BYTES = 1200 * 2**20
SECONDS_EACH = 60.0
NOW = datetime(2026, 11, 19, 14, 30, tzinfo=UTC)
TABLES = ("students", "classes", "practice", "batches")
TESTS = Path(__file__).parents[1]


@dataclass(frozen=True)
class Met:
    """How an attack was met; `surprise` is a traceback that must not be."""

    name: str
    sentence: str
    students: tuple[str, ...]
    rows: int
    seconds: float
    peak_mb: float
    surprise: str = ""


def meet(attack: Attack, megabytes: int) -> Met:
    """Lay the attack down in a fresh folder and import it into a fresh school."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        path = attack.build(folder, megabytes)
        with closing(Store(folder / "school.db", [SCHEMA])) as store:
            importer = Importer(store, zone=ZoneInfo("UTC"), max_drop_share=0.1)
            sentence, surprise = "", ""
            begin = time.monotonic()
            try:
                importer.ingest(path, format_name="native", as_of=NOW)
            except NudgebotError as error:
                sentence = str(error)
            except Exception:  # noqa: BLE001  # what this looks for
                surprise = traceback.format_exc()
            seconds = time.monotonic() - begin
            names = store.rows("SELECT name FROM students ORDER BY student_id")
            counts = (
                store.value(f"SELECT count(*) FROM {table}")  # noqa: S608  # constants
                for table in TABLES[:-1]
            )
            return Met(
                attack.name,
                sentence,
                tuple(row["name"] for row in names),
                sum(counts),
                seconds,
                resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024,
                surprise,
            )


def run(attacks: Sequence[str], *, megabytes: int) -> list[Met]:
    """What a child with bounded memory met; a child that dies has met nothing of the rest."""
    done = subprocess.run(
        [sys.executable, "-m", "hardening.importing", str(megabytes), *attacks],
        cwd=TESTS,
        capture_output=True,
        text=True,
        timeout=SECONDS_EACH * len(attacks),
        check=False,
    )
    found = []
    for line in done.stdout.splitlines():
        fields = json.loads(line)
        found.append(Met(**{**fields, "students": tuple(fields["students"])}))
    assert done.returncode == 0, done.stderr[-3000:]
    return found


def main() -> None:
    """Meet the attacks that are named, one JSON object a line."""
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY_BYTES, MEMORY_BYTES))
    megabytes, *names = sys.argv[1:]
    for attack in ATTACKS:
        if attack.name in names:
            sys.stdout.write(json.dumps(asdict(meet(attack, int(megabytes)))) + "\n")


if __name__ == "__main__":
    main()
