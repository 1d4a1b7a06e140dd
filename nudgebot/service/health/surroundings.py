"""What else nudgebot needs: rules, fonts, a model, admins, a time zone."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

from nudgebot.errors import SettingError
from nudgebot.nudging.check import examine, read_sources
from nudgebot.nudging.model_settings import rewriter_of, why_no_model
from nudgebot.reports.fonts import BUNDLED, Fonts
from nudgebot.school.links import ADMIN_ROLE, Links
from nudgebot.service.health.finding import Finding, State
from nudgebot.settings import Settings
from nudgebot.store import Store

OTHERS = 0o005  # the LMS writes as an account of the same group, hardly as any
FONT_FILES = {".ttf", ".otf", ".ttc"}


def rule_findings(rules: Path, templates: Path) -> Iterator[Finding]:
    """Whether the rule and template files can be put in force."""
    found = examine(read_sources(rules, templates))
    count = f"{len(found.rules.rules)} rules and {len(found.templates.by_id)} templates"
    advice = "`nudgebot rules check` lists them, by file and line."
    if found.problems:
        many = (
            "1 problem keeps"
            if len(found.problems) == 1
            else f"{len(found.problems)} problems keep"
        )
        sentence = f"{many} {rules} and {templates} out of force; what was read before stays."
        yield Finding("rules", State.FAIL, sentence, advice)
    elif found.hints:
        sentence = f"{count} are sound; {len(found.hints)} hints."
        yield Finding("rules", State.WARN, sentence, advice)
    else:
        yield Finding("rules", State.OK, f"{count} are sound.")


def font_findings(folder: Path) -> Iterator[Finding]:
    """Whether the fonts of charts and PDFs are there."""
    try:
        folders = Fonts(folder).folders
    except ModuleNotFoundError as error:
        sentence = f"the package {error.name} with bundled fonts is missing."
        yield Finding("fonts", State.FAIL, sentence, "Install nudgebot anew.")
        return
    empty = [
        each
        for each in folders[: len(BUNDLED)]
        if not any(path.suffix.lower() in FONT_FILES for path in each.rglob("*"))
    ]
    if empty:
        sentence = f"{len(empty)} of the {len(BUNDLED)} bundled fonts are missing."
        yield Finding("fonts", State.FAIL, sentence, "Install nudgebot anew.")
    else:
        yield Finding("fonts", State.OK, f"{len(BUNDLED)} bundled fonts are there.")


def model_findings(settings: Settings) -> Iterator[Finding]:
    """Whether the language model can be asked, as far as the settings and packages tell."""
    why_not = why_no_model(settings)
    if why_not:
        yield Finding("model", State.OK, why_not)
        return
    try:
        rewriter_of(settings)
    except SettingError as error:
        advice = "Until then templates are sent as they are."
        yield Finding("model", State.WARN, str(error), advice)
    else:
        yield Finding("model", State.OK, f"{settings['ai_model']} is set; it was not asked.")


def setting_findings(settings: Settings) -> Iterator[Finding]:
    """Settings that are sound and yet hardly what a school wants."""
    zone = settings["timezone"]
    if settings.sources["timezone"] == "default":
        advice = "Set timezone in zuliprc, or quiet hours and days are those of UTC."
        yield Finding("time zone", State.WARN, f"{zone.key}, because none is set.", advice)
    else:
        yield Finding("time zone", State.OK, f"{zone.key}.")


def admin_findings(store: Store, settings: Settings) -> Iterator[Finding]:
    """Whether anybody hears of trouble; who is named counts until Zulip does not know him."""
    users = {each.user_id: each for each in Links(store).users()}
    gone = {each.user_id for each in users.values() if each.is_bot or not each.is_active}
    named, realm = set(settings["admins"]), settings["realm_admins_are_admins"]
    own = {each.user_id for each in users.values() if realm and each.role <= ADMIN_ROLE} - gone
    # Before people were read for the first time nobody is known, which says nothing.
    strange = (named - users.keys() if users else set()) | (named & gone)
    count = len((named - strange) | own)
    if strange:
        ids = ", ".join(map(str, sorted(strange)))
        sentence = f"the setting names users that Zulip does not have, or not any more: {ids}."
        yield Finding("admins", State.WARN, sentence, "Mend admins in zuliprc.")
    if count:
        yield Finding("admins", State.OK, f"{count} hear of trouble.")
    else:
        advice = "Set admins in zuliprc to Zulip user ids."
        yield Finding("admins", State.WARN, "nobody hears of trouble.", advice)
    if not settings["safeguarding_contacts"]:
        sentence = "none is set; urgent words of a student reach teachers and admins only."
        advice = "Set safeguarding_contacts in zuliprc to Zulip user ids."
        yield Finding("safeguarding", State.WARN, sentence, advice)


def inbox_findings(inbox: Path) -> Iterator[Finding]:
    """Whether the folder of the exports is there, can be read, and by nobody whom it is not for."""
    if not inbox.is_dir():
        advice = f"mkdir -p {inbox}, and let the LMS put its exports there."
        yield Finding("inbox", State.WARN, f"{inbox} is not there.", advice)
        return
    if not os.access(inbox, os.R_OK | os.X_OK):
        sentence = f"{inbox} cannot be read by this account, so no export is seen."
        advice = "Run doctor as the account of the service; else let it read the folder."
        yield Finding("inbox", State.FAIL, sentence, advice)
        return
    if inbox.stat().st_mode & OTHERS and any(inbox.iterdir()):
        sentence = f"{inbox} holds students' data and can be read by every account."
        yield Finding("inbox", State.WARN, sentence, f"chmod o-rwx {inbox}")
    else:
        yield Finding("inbox", State.OK, f"{inbox} can be read.")
