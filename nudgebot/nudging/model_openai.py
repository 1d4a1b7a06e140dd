"""A model behind an OpenAI-compatible endpoint: Portkey's gateway, OpenAI, Ollama, vLLM and others.

Whatever the server does, a call ends in time: it runs in a thread of its own, which is no longer
waited for once its time is over, and whose connection is then shut.
"""

from __future__ import annotations

import json
import logging
import re
import socket
import threading
from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

from nudgebot.errors import SettingError
from nudgebot.nudging.model import Ask, ModelError, Reason
from nudgebot.nudging.model_prompt import prompt

if TYPE_CHECKING:
    import openai

log = logging.getLogger(__name__)

TEMPERATURE = 0.7
MOST_TOKENS = 400
MOST_BYTES = 64 * 1024
THREAD = "nudgebot-model"
NOT_INSTALLED = (
    "ai_base_url names a model, but the package openai is missing: "
    "pip install 'nudgebot[ai]' brings it."
)
_HEADER = re.compile(r"\s*([A-Za-z0-9!#$%&'*+.^_`|~-]+)\s*:\s*([\x20-\x7e]+?)\s*")


def headers_in(text: str) -> dict[str, str]:
    """The headers of the setting `ai_headers`; raises SettingError where they are not of its form.

    The error shows nothing of them, for they may hold keys.
    """
    found = [_HEADER.fullmatch(each) for each in text.split(";") if each.strip()]
    if not all(found):
        raise SettingError("ai_headers: write it as `name: value; name: value`.")
    return {each[1]: each[2] for each in found if each}


@dataclass
class _Call:
    """One request on its way; `text` or `reason` is there once it is `over`."""

    over: threading.Event = field(default_factory=threading.Event)
    abandoned: threading.Event = field(default_factory=threading.Event)
    guard: threading.Lock = field(default_factory=threading.Lock)
    sockets: list[socket.socket] = field(default_factory=list)
    text: str = ""
    reason: Reason | None = Reason.STUMBLED

    def connected(self, event: str, info: Mapping[str, Any]) -> None:
        """Hear of the connection's steps, and keep the socket of it."""
        if event.endswith(("connect_tcp.complete", "start_tls.complete")):
            raw = info["return_value"].get_extra_info("socket")
            with self.guard:
                self.sockets.append(raw)
            if self.abandoned.is_set():
                self.shut()

    def shut(self) -> None:
        """End what a thread reads from or writes to; nothing else wakes it."""
        self.abandoned.set()
        with self.guard:
            for each in self.sockets:
                try:
                    # Not that of a TLS socket, which waits for the other side to agree.
                    socket.socket.shutdown(each, socket.SHUT_RDWR)
                except OSError:
                    continue  # it is closed already


class OpenAIRewriter:
    """Asks an endpoint for each text; raises SettingError where the package is missing."""

    def __init__(
        self,
        base_url: str,
        model: str,
        *,
        api_key: str = "",
        headers: Mapping[str, str] = MappingProxyType({}),
    ) -> None:
        try:
            import openai  # noqa: PLC0415  # an extra: only where a model is configured
        except ImportError as error:
            raise SettingError(NOT_INSTALLED) from error
        self._openai = openai
        self._base_url = base_url
        self._model = model
        # Without one the package takes another program's key from the environment.
        self._api_key = api_key or "none"
        self._headers = {"Accept-Encoding": "identity", **headers}
        self._last: _Call | None = None

    @property
    def name(self) -> str:
        """The model and where it is."""
        return f"{self._model} at {self._base_url}"

    def rewrite(self, ask: Ask, *, seconds: float) -> str:
        """The model's words, as they came, within so many seconds in all; else ModelError."""
        if self._last is not None and not self._last.over.is_set():
            # A thread that is still looking up a name, say; they must not pile up.
            raise ModelError(Reason.SLOW)
        call = self._last = _Call()
        thread = threading.Thread(
            target=self._run, args=(call, ask, seconds), name=THREAD, daemon=True
        )
        thread.start()
        if not call.over.wait(seconds):
            call.shut()
            raise ModelError(Reason.SLOW)
        if call.reason is not None:
            raise ModelError(call.reason)
        return call.text

    def _run(self, call: _Call, ask: Ask, seconds: float) -> None:
        try:
            call.text, call.reason = self._asked(call, ask, seconds), None
        except ModelError as error:
            call.reason = error.reason
        except Exception as error:  # whatever it was, the template is sent
            call.reason = self._reason(error)
            if call.reason is Reason.STUMBLED:
                log.exception("the model's client stumbled")
        finally:
            call.over.set()

    def _asked(self, call: _Call, ask: Ask, seconds: float) -> str:
        body = b""
        with (
            self._client(call, seconds) as client,
            client.chat.completions.with_streaming_response.create(
                model=self._model,
                messages=[_message(role, content) for role, content in prompt(ask)],
                temperature=TEMPERATURE,
                max_tokens=MOST_TOKENS,
            ) as response,
        ):
            for piece in response.iter_bytes():
                body += piece
                if len(body) > MOST_BYTES:
                    raise ModelError(Reason.TOO_LARGE)
                if call.abandoned.is_set():
                    raise ModelError(Reason.SLOW)
        return _content(body)

    def _client(self, call: _Call, seconds: float) -> openai.OpenAI:
        def before(request: Any) -> None:
            request.extensions["trace"] = call.connected

        def after(response: Any) -> None:
            # Nothing of an error's body is read, however long it is.
            if response.status_code >= 300:
                raise ModelError(_of_status(response.status_code))

        return self._openai.OpenAI(
            base_url=self._base_url,
            api_key=self._api_key,
            default_headers=self._headers,
            timeout=seconds,
            max_retries=0,
            # A redirection would take keys in headers to another server.
            http_client=self._openai.DefaultHttpxClient(
                follow_redirects=False,
                timeout=seconds,
                event_hooks={"request": [before], "response": [after]},
            ),
        )

    def _reason(self, error: Exception) -> Reason:
        cause: BaseException | None = error
        while cause is not None:
            if isinstance(cause, ModelError):
                return cause.reason
            cause = cause.__cause__
        if isinstance(error, self._openai.APITimeoutError):
            return Reason.SLOW
        if isinstance(error, self._openai.APIConnectionError):
            return Reason.UNREACHABLE
        # The body broke off, or was not what its header says.
        is_transport = type(error).__module__.partition(".")[0].startswith(("httpx", "httpcore"))
        return Reason.GARBLED if is_transport else Reason.STUMBLED


def _message(role: str, content: str) -> Any:
    return {"role": role, "content": content}


def _of_status(status: int) -> Reason:
    if status == 429:
        return Reason.BUSY
    return Reason.FAULT if status >= 500 else Reason.DECLINED


def _content(body: bytes) -> str:
    """The text of the first choice; raises ModelError where the answer has none."""
    try:
        choice = json.loads(body)["choices"][0]
        message, finish = choice["message"], choice.get("finish_reason")
        content, refusal = message.get("content"), message.get("refusal")
    except (ValueError, LookupError, TypeError, AttributeError, RecursionError) as error:
        raise ModelError(Reason.GARBLED) from error
    if refusal or finish == "content_filter":
        raise ModelError(Reason.UNWILLING)
    if finish == "length":
        raise ModelError(Reason.CUT_OFF)
    if content is None or content == "":
        raise ModelError(Reason.EMPTY)
    if not isinstance(content, str):
        raise ModelError(Reason.GARBLED)
    return content
