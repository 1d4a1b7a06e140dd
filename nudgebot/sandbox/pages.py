"""Whole HTML pages as answers: the shell around them, and what they may load."""

from __future__ import annotations

from html import escape
from importlib import resources
from string import Template

from nudgebot.sandbox.api import Answer

POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self';"
    " form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)


def text_file(name: str) -> str:
    """A file of the page."""
    return resources.files(__package__).joinpath("page", name).read_text(encoding="utf-8")


def fill(name: str, **parts: str) -> str:
    """A page's HTML file with its parts; what is a text must be escaped already."""
    return Template(text_file(name)).substitute(parts)


def page(html: str, *, title: str, status: int = 200, kind: str = "plain") -> Answer:
    """A whole HTML page, with the banner that every page carries."""
    whole = fill("shell.html", title=escape(title), content=html, kind=kind)
    headers = {"Content-Security-Policy": POLICY, "Referrer-Policy": "same-origin"}
    return Answer(status, whole.encode(), "text/html; charset=utf-8", headers)


def redirect(where: str) -> Answer:
    """Go there with GET."""
    return Answer(303, headers={"Location": where})
