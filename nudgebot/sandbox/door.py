"""Where a request goes: to the API, to an uploaded file, or to the chat page."""

from __future__ import annotations

from collections.abc import Callable

from nudgebot.sandbox.answers import Refusal
from nudgebot.sandbox.api import PREFIX, Answer, Api, json_answer
from nudgebot.sandbox.records import Upload
from nudgebot.sandbox.request import Request

UPLOADS = "/user_uploads/"
TEMPORARY = UPLOADS + "temporary/"
# What a browser may show in place; all else is offered as a download.
SHOWN = frozenset({"png", "jpg", "jpeg", "gif", "webp", "bmp", "txt", "csv", "pdf"})
TYPES = {
    "png": "image/png",
    "jpg": "image/jpeg",
    "jpeg": "image/jpeg",
    "gif": "image/gif",
    "webp": "image/webp",
    "bmp": "image/bmp",
    "txt": "text/plain; charset=utf-8",
    "csv": "text/csv; charset=utf-8",
    "pdf": "application/pdf",
}


def file_answer(upload: Upload) -> Answer:
    """An uploaded file, in such a way that no browser runs what is in it."""
    ending = upload.name.rsplit(".", 1)[-1].lower()
    how = "inline" if ending in SHOWN else "attachment"
    name = upload.path.rsplit("/", 1)[-1]
    headers = {
        "Content-Disposition": f"{how}; filename*=UTF-8''{name}",
        "Content-Security-Policy": "default-src 'none'; sandbox",
    }
    kind = TYPES.get(ending, "application/octet-stream")
    return Answer(200, upload.data, kind, headers)


class Door:
    """The application behind the listener; `page` answers what is not the API's."""

    def __init__(self, api: Api, page: Callable[[Request], Answer]) -> None:
        self.api = api
        self.page = page

    def answer(self, request: Request) -> Answer:
        """Pass the request on by its path."""
        if request.path.startswith(PREFIX + "/"):
            return self.api.answer(request)
        if not request.path.startswith(UPLOADS):
            return self.page(request)
        try:
            with self.api.realm.lock:
                return file_answer(self._upload(request))
        except Refusal as refusal:
            return json_answer(refusal.body(), refusal.status, refusal.headers)

    def _upload(self, request: Request) -> Upload:
        if request.path.startswith(TEMPORARY):
            token = request.path.removeprefix(TEMPORARY).partition("/")[0]
            return self.api.uploads.open_temporary(token)
        user = self.api.authenticate(request)
        return self.api.uploads.open(user, request.path.removeprefix(UPLOADS))
