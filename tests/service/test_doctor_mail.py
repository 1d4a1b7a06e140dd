"""The doctor and the mail server: let in, or what is in the way and what to do; none is sent."""

from __future__ import annotations

import ssl
from datetime import UTC, datetime
from typing import Any

import pytest
from interventions.post_office import CERTIFICATE, PostOffice, free_port

from nudgebot.errors import SettingError
from nudgebot.service.health import Finding, State
from nudgebot.service.health.mail import mail_findings
from nudgebot.settings import read_settings


def found(port: int, *, known: bool = True, **settings: Any) -> Finding:
    """What the doctor finds of a server on this machine."""
    chosen = {
        "smtp_host": "localhost",
        "smtp_port": port,
        "smtp_security": "none",
        "mail_from": "nudgebot@school.example",
    } | settings
    (finding,) = mail_findings(
        read_settings(environment={}).replaced(**chosen),
        lambda: datetime(2026, 11, 19, tzinfo=UTC),
        trust=lambda: ssl.create_default_context(cafile=str(CERTIFICATE) if known else None),
    )
    return finding


def test_no_server_is_no_trouble() -> None:
    """A school may do without e-mail."""
    assert found(0, smtp_host="").state is State.OK


@pytest.mark.parametrize("tls", ["none", "starttls"])
def test_a_server_that_lets_nudgebot_in(tls: str) -> None:
    """It says how; nothing arrives there."""
    office = PostOffice()
    with office.open(tls=tls, login=tls == "starttls") as port:
        who: dict[str, Any] = (
            {"smtp_user": "bot", "smtp_password": "right"} if tls == "starttls" else {}
        )
        finding = found(port, smtp_security=tls, **who)
    assert finding.state is State.OK, finding
    words = "(encrypted, logged in as bot)" if who else "(not encrypted, without a login)"
    assert words in finding.sentence
    assert office.mails == []


def test_a_server_that_is_away() -> None:
    """Where it was looked for, and what may be in the way."""
    finding = found(free_port())
    assert finding.state is State.FAIL
    assert "cannot be reached" in finding.sentence
    assert "firewall" in finding.advice
    assert "nothing is lost" in finding.advice


def test_a_password_that_is_wrong() -> None:
    """What to give anew; never the password."""
    with PostOffice().open(tls="starttls", login=True) as port:
        finding = found(
            port, smtp_security="starttls", smtp_user="bot", smtp_password="wr0ng-secret"
        )
    assert finding.state is State.FAIL
    assert "NUDGEBOT_SMTP_PASSWORD anew" in finding.advice
    assert "wr0ng" not in str(finding)


def test_a_certificate_that_nobody_knows() -> None:
    """The name, or the school's own authority."""
    with PostOffice().open(tls="tls") as port:
        finding = found(port, known=False, smtp_security="tls")
    assert finding.state is State.FAIL
    assert "certificate authority" in finding.advice


def test_a_server_without_encryption() -> None:
    """Another way or port is named."""
    with PostOffice().open() as port:
        finding = found(port, smtp_security="starttls")
    assert finding.state is State.FAIL
    assert "smtp_port = 465" in finding.advice


def test_settings_that_cannot_be() -> None:
    """A password that is missing is said before anybody is asked."""
    with pytest.raises(SettingError, match="NUDGEBOT_SMTP_PASSWORD"):
        found(25, smtp_user="bot")
