"""The model that the settings name, or why there is none, in one sentence."""

from __future__ import annotations

import re

from nudgebot.errors import SettingError
from nudgebot.nudging.model import Rewriter
from nudgebot.nudging.model_openai import OpenAIRewriter, headers_in
from nudgebot.settings import Settings

OFF = "enable_ai_personalization is off: templates are sent as they are."
NOT_CONFIGURED = "No model is configured (ai_base_url is empty): templates are sent as they are."
_ADDRESS = re.compile(r"https?://[^\s/?#]+[^\s?#]*")


def why_no_model(settings: Settings) -> str:
    """Why no model is wanted; empty where one is."""
    if not settings["enable_ai_personalization"]:
        return OFF
    return "" if settings["ai_base_url"] else NOT_CONFIGURED


def rewriter_of(settings: Settings) -> Rewriter | None:
    """The endpoint of the settings; None where no model is wanted.

    Raises SettingError with one clear sentence where one is wanted and cannot be had: nudging
    goes on with templates.
    """
    if why_no_model(settings):
        return None
    address = settings["ai_base_url"]
    if not _ADDRESS.fullmatch(address):
        raise SettingError("ai_base_url: an address such as https://api.openai.com/v1.")
    if not settings["ai_model"]:
        raise SettingError("ai_model: name the model that the endpoint of ai_base_url has.")
    return OpenAIRewriter(
        address,
        settings["ai_model"],
        api_key=settings["ai_api_key"],
        headers=headers_in(settings["ai_headers"]),
    )
