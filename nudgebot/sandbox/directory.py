"""The names that a message may use: people, groups, streams and the words for everybody."""

from __future__ import annotations

from urllib.parse import quote

from nudgebot.sandbox.records import UserGroup
from nudgebot.sandbox.state import Realm


class Directory:
    """A realm's names, as `nudgebot.sandbox.markup.Names` wants them."""

    def __init__(self, realm: Realm, *, page: str | None = None) -> None:
        self._realm = realm
        self._page = page

    @property
    def wildcards(self) -> frozenset[str]:
        """The words that mention everybody at this feature level."""
        later = ((224, "topic"), (247, "channel"))
        known = {word for level, word in later if self._realm.settings.has(level)}
        return frozenset({"all", "everyone", "stream"} | known)

    def person(self, name: str, user_id: int | None) -> tuple[int, str] | None:
        """Id and current full name; an id needs the right name or none at all."""
        if user_id is not None:
            user = self._realm.users.get(user_id)
            if user is None or name.lower() not in ("", user.full_name.lower()):
                return None
            return user.user_id, user.full_name
        wanted = name.strip().lower()
        for user in self._realm.users.values():
            if user.full_name.lower() == wanted:
                return user.user_id, user.full_name
        return None

    def group(self, name: str) -> UserGroup | None:
        """The user group of that name."""
        return next((g for g in self._realm.all_groups() if g.name == name), None)

    def stream_link(self, stream: str, topic: str | None) -> str | None:
        """Zulip's `#narrow` link, or the chat page's own."""
        found = self._realm.stream_by_name(stream)
        if found is None:
            return None
        if self._page is not None:
            return f"{self._page}?c=stream:{found.stream_id}:{quote(topic or '')}"
        tail = f"/topic/{quote(topic).replace('%', '.')}" if topic else ""
        return f"/#narrow/stream/{found.stream_id}-{quote(found.name).replace('%', '.')}{tail}"
