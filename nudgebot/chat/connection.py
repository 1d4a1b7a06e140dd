"""The first contact with Zulip: from zuliprc to a client, or one sentence about what is wrong."""

from __future__ import annotations

import configparser
import os
from collections.abc import Mapping
from pathlib import Path
from ssl import SSLError as TlsError
from typing import Any

import requests
import zulip

from nudgebot.chat.failures import LOCKED_OUT, from_answer
from nudgebot.errors import NudgebotError, SettingError

FIRST_CONTACT_SECONDS = 8.0
_NEEDED = {"email": "ZULIP_EMAIL", "key": "ZULIP_API_KEY", "site": "ZULIP_SITE"}


class PatientClient(zulip.Client):
    """A client that never repeats a request by itself: a repeated send could be a second message.

    `get_server_settings` is what the constructor calls; it must not keep anybody waiting.
    """

    def get_server_settings(self) -> dict[str, Any]:
        """GET /server_settings, with a short timeout."""
        return self.call_endpoint(
            url="server_settings", method="GET", timeout=FIRST_CONTACT_SECONDS
        )


def connect(zuliprc: Path, environment: Mapping[str, str] | None = None) -> zulip.Client:
    """A client whose key the server has accepted.

    Raises SettingError where the file is at fault and NudgebotError where the server is; the
    sentence names the file and the server, never the key.
    """
    variables = os.environ if environment is None else environment
    site = _checked_site(zuliprc, variables)
    client = _client(zuliprc, site)
    try:
        profile = client.call_endpoint(url="users/me", method="GET", timeout=FIRST_CONTACT_SECONDS)
    except (requests.exceptions.RequestException, zulip.ZulipError) as error:
        close_client(client)
        raise NudgebotError(f"{site} answered at first and then no more; try again.") from error
    refusal = from_answer(profile)
    if refusal is None:
        return client
    close_client(client)
    if refusal.code in LOCKED_OUT:
        raise SettingError(
            f"{site} does not accept the e-mail address and key of {zuliprc}; download the bot's "
            "zuliprc again in Zulip: Personal settings, Bots."
        )
    raise NudgebotError(f"{site} does not answer as it should: {refusal} Try again later.")


def close_client(client: zulip.Client) -> None:
    """Close the connection that the client keeps open."""
    """Close a client's connections."""
    if client.session is not None:
        client.session.close()


def _client(zuliprc: Path, site: str) -> zulip.Client:
    try:
        return PatientClient(config_file=str(zuliprc), client="nudgebot", retry_on_errors=False)
    except zulip.UnrecoverableNetworkError as error:
        if isinstance(error.__cause__, (TlsError, requests.exceptions.SSLError)):
            text = (
                f"{site} shows no certificate that this machine trusts; name one as `cert_bundle`."
            )
        else:
            text = f"{site} cannot be reached; check `site` in {zuliprc} and the network."
        raise NudgebotError(text) from error
    except requests.exceptions.Timeout as error:
        raise NudgebotError(
            f"{site} did not answer within {FIRST_CONTACT_SECONDS:.0f} seconds; try again later."
        ) from error
    except requests.exceptions.ConnectionError as error:
        raise NudgebotError(f"{site} cannot be reached; check `site` in {zuliprc}.") from error
    except (requests.exceptions.RequestException, ValueError) as error:
        raise SettingError(f"{zuliprc}: `site` is not the address of a server: {site}") from error
    except AssertionError as error:  # the answer held no version
        raise NudgebotError(
            f"{site} answers, but not as a Zulip server does; check `site` in {zuliprc}."
        ) from error
    except configparser.Error as error:
        raise SettingError(f"{zuliprc}: the file is not in the form of zuliprc.example.") from error
    except zulip.ZulipError as error:
        # The client's own words about certificates and switches; it never puts the key in them.
        raise SettingError(f"{zuliprc}: {error}") from error


def _checked_site(zuliprc: Path, variables: Mapping[str, str]) -> str:
    """The server's address; raises SettingError where something needed is not given."""
    given = {
        name: variables[variable] for name, variable in _NEEDED.items() if variable in variables
    }
    if zuliprc.exists() or len(given) < len(_NEEDED):
        given = _from_file(zuliprc) | given
    missing = [name for name in _NEEDED if not given.get(name, "").strip()]
    if missing:
        raise SettingError(
            f"{zuliprc}: [api] {', '.join(missing)} is missing; see zuliprc.example."
        )
    return given["site"].strip().rstrip("/")


def _from_file(path: Path) -> dict[str, str]:
    # The client reads the file with Python's default interpolation, so this does too.
    parser = configparser.ConfigParser()
    try:
        parser.read_string(path.read_text(encoding="utf-8"), source=str(path))
        return dict(parser.items("api"))
    except FileNotFoundError as error:
        raise SettingError(
            f"{path}: no such file; copy zuliprc.example, or download the bot's zuliprc in Zulip: "
            "Personal settings, Bots."
        ) from error
    except OSError as error:
        raise SettingError(f"{path}: the file cannot be read ({error.strerror}).") from error
    except configparser.NoSectionError as error:
        raise SettingError(f"{path}: there is no section [api]; see zuliprc.example.") from error
    except (configparser.Error, UnicodeDecodeError) as error:
        raise SettingError(f"{path}: the file is not in the form of zuliprc.example.") from error
