"""The calls about uploads, and who may open one."""

from __future__ import annotations

import re
import secrets
from urllib.parse import quote, unquote

from nudgebot.sandbox.answers import Json, Refusal
from nudgebot.sandbox.records import SandboxUser, Upload
from nudgebot.sandbox.request import Request
from nudgebot.sandbox.routes import Route
from nudgebot.sandbox.state import Realm

MEBIBYTE = 1024 * 1024
URL_LEVEL, FILENAME_LEVEL = 272, 285
TEMPORARY_SECONDS = 60


class UploadCalls:
    """Answers `/user_uploads`; the caller holds the realm's lock."""

    def __init__(self, realm: Realm) -> None:
        self.realm = realm

    def routes(self) -> list[Route]:
        """The table for these calls."""
        return [
            Route("POST", "/user_uploads", self.upload),
            Route("GET", "/user_uploads/{path:path}", self.temporary_url),
        ]

    def upload(self, user: SandboxUser, request: Request) -> Json:
        """POST /user_uploads: one file, under whatever field name."""
        if not request.files:
            raise Refusal("You must specify a file to upload")
        if len(request.files) > 1:
            raise Refusal("You may only upload one file at a time")
        (file,) = request.files
        limit = self.realm.settings.max_file_upload_size_mib
        if len(file.data) > limit * MEBIBYTE:
            raise Refusal(f"Uploaded file is larger than the allowed limit of {limit} MiB")
        name = _safe_name(file.name)
        path = f"2/{secrets.token_hex(1)}/{secrets.token_urlsafe(18)}/{quote(name)}"
        self.realm.uploads[path] = Upload(path, name, file.content_type, file.data, user.user_id)
        self.realm.touch()
        address = f"/user_uploads/{path}"
        answer: Json = {"uri": address}
        answer |= {"url": address} if self.realm.settings.has(URL_LEVEL) else {}
        return answer | ({"filename": name} if self.realm.settings.has(FILENAME_LEVEL) else {})

    def open(self, user: SandboxUser, path: str) -> Upload:
        """The upload, for its owner and for the audience of the owner's links to it."""
        upload = self.realm.uploads.get(path) or self.realm.uploads.get(quote(unquote(path)))
        if upload is None:
            raise Refusal("File not found.", code="NOT_FOUND", status=404)
        linked = [self.realm.messages.get(one) for one in upload.message_ids]
        may = any(one is not None and self.realm.may_read(user, one) for one in linked)
        if not may and upload.owner_id != user.user_id:
            raise Refusal("You are not authorized to view this file.", status=403)
        return upload

    def temporary_url(self, user: SandboxUser, _request: Request, path: str) -> Json:
        """GET /user_uploads/{realm}/{file}: an address that needs no key, for a minute."""
        upload = self.open(user, path)
        token = secrets.token_urlsafe(18)
        self.realm.temporary_urls[token] = (upload.path, self.realm.clock() + TEMPORARY_SECONDS)
        return {"url": f"/user_uploads/temporary/{token}/{quote(upload.name)}"}

    def open_temporary(self, token: str) -> Upload:
        """The upload behind a temporary address that has not expired."""
        path, until = self.realm.temporary_urls.get(token, ("", 0.0))
        if path not in self.realm.uploads or self.realm.clock() > until:
            raise Refusal("Invalid token", status=403)
        return self.realm.uploads[path]


def _safe_name(name: str) -> str:
    """The last part of the name, with nothing in it that an address or a link would trip over."""
    last = name.replace("\\", "/").rsplit("/", 1)[-1]
    return re.sub(r"[^\w.\- ]", "", last).strip().replace(" ", "-") or "uploaded-file"
