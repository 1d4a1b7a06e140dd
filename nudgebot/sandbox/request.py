"""One HTTP request as the calls see it: parameters by Zulip's rules, and uploaded files."""

from __future__ import annotations

import base64
import binascii
import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qsl, urlsplit

from nudgebot.sandbox.answers import Refusal, missing

DISPOSITION = re.compile(r'(\w+)="((?:[^"\\]|\\.)*)"')


@dataclass(frozen=True)
class UploadedFile:
    """A file in a multipart body."""

    field: str
    name: str
    content_type: str
    data: bytes


@dataclass(frozen=True)
class Request:
    """`path` has no query; `seen` collects the parameters that the call has looked at."""

    method: str
    path: str
    params: Mapping[str, str]
    headers: Mapping[str, str]
    files: tuple[UploadedFile, ...] = ()
    seen: set[str] = field(default_factory=set)

    def text(self, *names: str) -> str | None:
        """The first of these parameters that is given; None without one."""
        self.seen.update(names)
        return next((self.params[name] for name in names if name in self.params), None)

    def needed(self, *names: str) -> str:
        """Like `text`, but it has to be there."""
        value = self.text(*names)
        if value is None:
            raise missing(names[0])
        return value

    def data(self, name: str, default: Any = None) -> Any:
        """A parameter that is JSON."""
        raw = self.text(name)
        if raw is None:
            return default
        try:
            return json.loads(raw)
        except ValueError as error:
            words = f'Argument "{name}" is not valid JSON.'
            raise Refusal(words, code="REQUEST_VARIABLE_INVALID") from error

    def flag(self, name: str, *, default: bool) -> bool:
        """A parameter that is true or false."""
        value = self.data(name, default)
        if not isinstance(value, bool):
            raise Refusal(f"{name} is not a boolean")
        return value

    def number(self, name: str, default: int | None = None) -> int:
        """A parameter that is a whole number, zero or more."""
        raw = self.text(name)
        if raw is None:
            if default is None:
                raise missing(name)
            return default
        if not raw.isdigit():
            raise Refusal(f"Bad value for '{name}': {raw}")
        return int(raw)

    def numbers(self, name: str) -> list[int]:
        """A parameter that is a list of whole numbers."""
        values = self.data(name, [])
        if not isinstance(values, list) or not all(type(value) is int for value in values):
            raise Refusal(f"{name} is not a list of integers")
        return values

    def credentials(self) -> tuple[str, str] | None:
        """Address and key of HTTP Basic authentication; None where there is none."""
        kind, _, secret = self.headers.get("authorization", "").partition(" ")
        if kind.lower() != "basic":
            return None
        try:
            email, colon, key = base64.b64decode(secret).decode().partition(":")
        except (binascii.Error, UnicodeDecodeError):
            return None
        return (email, key) if colon else None

    def ignored(self) -> list[str]:
        """The parameters that no part of the call has looked at."""
        return sorted(set(self.params) - self.seen)


def parse(method: str, target: str, headers: Mapping[str, str], body: bytes) -> Request:
    """A request from its parts; `headers` have lower-case names."""
    where = urlsplit(target)
    params = dict(parse_qsl(where.query, keep_blank_values=True))
    content_type = headers.get("content-type", "")
    files: tuple[UploadedFile, ...] = ()
    if content_type.startswith("multipart/form-data"):
        fields, files = _multipart(content_type, body)
        params |= fields
    elif body:
        params |= dict(parse_qsl(body.decode("utf-8", "replace"), keep_blank_values=True))
    return Request(method, where.path, params, headers, files)


def _multipart(content_type: str, body: bytes) -> tuple[dict[str, str], tuple[UploadedFile, ...]]:
    _, _, boundary = content_type.partition("boundary=")
    edge = b"--" + boundary.strip('"').encode()
    fields: dict[str, str] = {}
    files: list[UploadedFile] = []
    for part in body.split(edge)[1:-1]:
        head, _, data = part.removeprefix(b"\r\n").partition(b"\r\n\r\n")
        lines = _part_headers(head.decode("utf-8", "replace"))
        names = dict(DISPOSITION.findall(lines.get("content-disposition", "")))
        content = data.removesuffix(b"\r\n")
        if "filename" in names:
            kind = lines.get("content-type", "application/octet-stream")
            files.append(UploadedFile(names.get("name", ""), names["filename"], kind, content))
        else:
            fields[names.get("name", "")] = content.decode("utf-8", "replace")
    return fields, tuple(files)


def _part_headers(head: str) -> dict[str, str]:
    pairs = (line.partition(":") for line in head.split("\r\n"))
    return {name.strip().lower(): value.strip() for name, _, value in pairs}
