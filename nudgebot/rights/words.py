"""What an admin is told about forgetting: what it does, what came of it, what is left to do."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

from nudgebot.rights.catalogue import BY_TABLE
from nudgebot.rights.erasure import Forgotten
from nudgebot.rights.holding import Fate
from nudgebot.store.restoring import kept_aside

IN_ZULIP = (
    "Zulip keeps its own messages and her account: an owner of the organisation deletes messages "
    "under “Organization settings”, or one by one in the conversation, and deactivates the account "
    "under “Users”."
)
IN_INBOX = (
    "The exports themselves are the school's: files that lie in the inbox still hold her, and so "
    "does the learning system. Imports leave her rows out from now on."
)


def before_forgetting(rows: Sequence[tuple[str, int]]) -> str:
    """What will be done, for the question whether to do it."""
    counts: Mapping[Fate, int] = {
        fate: sum(number for table, number in rows if BY_TABLE[table].fate is fate) for fate in Fate
    }
    return (
        f"{counts[Fate.DELETED]:,} rows are deleted, {counts[Fate.ANONYMISED]:,} made anonymous "
        f"(so that what nudges do can still be measured, and the audit log stays whole), and the "
        f"words of {counts[Fate.EMPTIED]:,} messages are emptied. This cannot be undone, and later "
        "exports do not bring her back."
    )


def after_forgetting(done: Forgotten, *, backup_keep_days: int, database: Path) -> list[str]:
    """What was done, the proof, and what a person has to do; a paragraph each."""
    left = "nothing of hers is left in the database" if done.proof.holds else "but see what is left"
    folders = f" and files in {done.folders} folders of the LMS's outbox" if done.folders else ""
    return [
        f"Done, {left}: {done.total:,} rows in {len(done.rows)} tables{folders}.",
        done.proof.text,
        *left_to_do(backup_keep_days, database=database),
    ]


def left_to_do(backup_keep_days: int, *, database: Path) -> list[str]:
    """What is not in the database, and whose it is."""
    backups = (
        "Backups from before now still hold her. Each is deleted by the first nightly backup after "
        f"it is {backup_keep_days} days old; delete them by hand to be sooner. If one is "
        "restored, she is erased from it again at once."
    )
    aside = [each.name for each in kept_aside(database)]
    restored = [
        f"Files that a restore has set aside still hold her: {', '.join(aside)}. Delete them."
    ]
    return [
        backups,
        *restored[: len(aside)],
        IN_INBOX,
        IN_ZULIP,
    ]
