"""What else nudgebot needs: rules, fonts, a mail server, a model, admins, a time zone."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import datetime
from pathlib import Path

from nudgebot.errors import SettingError
from nudgebot.interventions.mail import Mailer, mail_server
from nudgebot.nudging.check import examine, read_sources
from nudgebot.nudging.model_settings import rewriter_of, why_no_model
from nudgebot.reports.fonts import BUNDLED, Fonts
from nudgebot.school.links import ADMIN_ROLE, Links
from nudgebot.service.health.finding import Finding, State
from nudgebot.settings import Settings
from nudgebot.store import Store

FONT_FILES = {".ttf", ".otf", ".ttc"}


def rule_findings(rules: Path, templates: Path) -> Iterator[Finding]:
    """Whether the rule and template files can be put in force."""
    found = examine(read_sources(rules, templates))
    count = f"{len(found.rules.rules)} rules and {len(found.templates.by_id)} templates"
    advice = "`nudgebot rules check` lists them, by file and line."
    if found.problems:
        sentence = f"{len(found.problems)} problems keep {rules} and {templates} out of force."
        yield Finding("rules", State.FAIL, sentence, advice)
    elif found.hints:
        sentence = f"{count} are sound; {len(found.hints)} hints."
        yield Finding("rules", State.WARN, sentence, advice)
    else:
        yield Finding("rules", State.OK, f"{count} are sound.")


def font_findings(folder: Path) -> Iterator[Finding]:
    """Whether the fonts of charts and PDFs are there."""
    folders = Fonts(folder).folders
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


def mail_findings(settings: Settings, clock: Callable[[], datetime]) -> Iterator[Finding]:
    """Whether the mail server lets nudgebot in; no mail is sent. Raises DeliveryError if not."""
    server = mail_server(settings)
    if server is None:
        yield Finding("mail", State.OK, "no mail server is set; no e-mail is sent.")
        return
    Mailer(server, clock=clock).greet()
    yield Finding("mail", State.OK, f"{server.host}:{server.port} lets nudgebot in.")


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
    """Whether anybody hears of trouble."""
    named = set(settings["admins"])
    known = [each for each in Links(store).users() if each.is_active and not each.is_bot]
    own = [each for each in known if each.role <= ADMIN_ROLE]
    count = len(named | {each.user_id for each in own if settings["realm_admins_are_admins"]})
    if count:
        yield Finding("admins", State.OK, f"{count} hear of trouble.")
    else:
        advice = "Set admins in zuliprc to Zulip user ids."
        yield Finding("admins", State.WARN, "nobody hears of trouble.", advice)
