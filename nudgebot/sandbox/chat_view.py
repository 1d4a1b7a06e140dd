"""The chat page's HTML: every text from outside is escaped here or rendered by the markup."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from html import escape
from urllib.parse import quote

from nudgebot.sandbox.conversations import Conversation, Conversations, Listed, unread_by_user
from nudgebot.sandbox.directory import Directory
from nudgebot.sandbox.emoji import CODES, picture
from nudgebot.sandbox.pages import fill
from nudgebot.sandbox.payloads import Rendering
from nudgebot.sandbox.records import SandboxMessage, SandboxStream, SandboxUser
from nudgebot.sandbox.state import Realm
from nudgebot.sandbox.widgets import shows_buttons

HUES = 12
QUICK_EMOJI = ("thumbs_up", "check", "cross_mark", "heart", "tada", "eyes", "question")
LABELS = ("admin", "teacher", "student")
ALIGNED = ("left", "center", "right")
# Drawn, because not every machine has a font with such signs.
BOT = (
    '<svg viewBox="0 0 24 24"><path d="M12 2v3M6 6h12a3 3 0 0 1 3 3v7a3 3 0 0 1-3 3H6a3 3 0 0 1-3-3'
    'V9a3 3 0 0 1 3-3zM9 11v2M15 11v2M9.5 16h5"/></svg>'
)
LOCK = '<svg viewBox="0 0 24 24"><path d="M6 11h12v9H6zM8.5 11V8a3.5 3.5 0 0 1 7 0v3"/></svg>'


def avatar(user: SandboxUser) -> str:
    """A coloured disc with initials; a bot has a face of its own."""
    words = user.full_name.split()
    initials = "".join(word[0] for word in (words[:1] + words[1:][-1:]))
    shown = BOT if user.is_bot else escape(initials.upper())
    kind = " bot" if user.is_bot else ""
    hue = user.user_id * 5 % HUES
    return f'<span class="avatar hue-{hue}{kind}" aria-hidden="true">{shown}</span>'


def badge(unread: int) -> str:
    """How many are unread; nothing for none."""
    if not unread:
        return ""
    return f'<span class="badge" title="{unread} unread">{unread}</span>'


def kind_of(user: SandboxUser) -> str:
    """The word for a person on this page."""
    return user.label or ("bot" if user.is_bot else "admin" if user.is_admin else "member")


class ChatView:
    """Draws the pages of one reader; the caller holds the realm's lock."""

    def __init__(self, realm: Realm, rendering: Rendering, reader: SandboxUser) -> None:
        self.realm = realm
        self.reader = reader
        self.root = f"/as/{reader.user_id}"
        self.conversations = Conversations(realm, reader)
        self._markup = rendering.markup
        self._names = Directory(realm, page=self.root)

    def link(self, conversation: Conversation) -> str:
        """The address of a conversation on this page."""
        return f"{self.root}?c={quote(conversation.key(self.reader), safe=':,')}"

    # The list of conversations

    def sidebar(self, current: Conversation | None) -> str:
        """Direct messages first, then each stream with its topics."""
        lines = self.conversations.listed()
        direct = [line for line in lines if line.conversation.stream_id is None]
        there = {line.conversation for line in direct}
        if current and current.stream_id is None and current not in there:
            direct.insert(0, Listed(current, 0, 0))
            there.add(current)
        for user in self.realm.users.values():
            alone = self.conversations.direct([user.user_id])
            if user.is_bot and user.is_active and not user.is_system and alone not in there:
                direct.append(Listed(alone, 0, 0))
        parts = ["<h2>Direct messages</h2><ul>", *(self._line(x, current) for x in direct), "</ul>"]
        parts.append("<h2>Streams</h2>")
        streams = self.realm.streams.values()
        parts += [self._stream(stream, lines, current) for stream in streams]
        return "".join(parts)

    def _stream(
        self, stream: SandboxStream, lines: Sequence[Listed], current: Conversation | None
    ) -> str:
        topics = [one for one in lines if one.conversation.stream_id == stream.stream_id]
        if self.reader.user_id not in stream.subscribers and not topics:
            return ""
        here = current is not None and current.stream_id == stream.stream_id
        if current and here and current not in {one.conversation for one in topics}:
            topics.insert(0, Listed(current, 0, 0))
        sign = LOCK if stream.private else "#"
        name = escape(stream.name)
        new = f"{self.root}/new#stream-{stream.stream_id}"
        head = (
            f'<h3><span aria-hidden="true">{sign}</span> {name}'
            f'<a class="add" href="{new}" aria-label="New topic in {name}">+</a></h3>'
        )
        return head + "<ul>" + "".join(self._line(one, current) for one in topics) + "</ul>"

    def _line(self, line: Listed, current: Conversation | None) -> str:
        here = ' aria-current="page"' if line.conversation == current else ""
        kind = "unread" if line.unread else ""
        return (
            f'<li class="{kind}"><a href="{escape(self.link(line.conversation))}"{here}>'
            f"{self._face(line.conversation)}"
            f'<span class="name">{escape(self.title(line.conversation))}</span>'
            f"{badge(line.unread)}</a></li>"
        )

    def _face(self, conversation: Conversation) -> str:
        if conversation.stream_id is not None:
            return ""
        others = self._others(conversation)
        if len(others) > 1:
            return f'<span class="avatar group" aria-hidden="true">{len(others)}</span>'
        return avatar(others[0])

    def _others(self, conversation: Conversation) -> list[SandboxUser]:
        ids = [i for i in conversation.participants if i != self.reader.user_id]
        return [self.realm.users[i] for i in ids] or [self.reader]

    def title(self, conversation: Conversation) -> str:
        """The topic, or the names of the others; not escaped."""
        if conversation.stream_id is not None:
            return conversation.topic or "(no topic)"
        return ", ".join(user.full_name for user in self._others(conversation))

    # One conversation

    def heading(self, conversation: Conversation) -> str:
        """The conversation's title and who is in it."""
        title = escape(self.title(conversation))
        if conversation.stream_id is None:
            kinds = ", ".join(kind_of(user) for user in self._others(conversation))
            return f"<h1>{title}</h1><p>Direct message · {escape(kinds)}</p>"
        stream = self.realm.streams[conversation.stream_id]
        names = [self.realm.users[i].full_name for i in sorted(stream.subscribers)]
        people = escape(", ".join(names))
        kind = "private stream" if stream.private else "stream"
        words = f"{escape(stream.name)} · {kind} · "
        return (
            f'<h1>{title}</h1><p>{words}<span title="{people}">{len(names)} subscribers</span></p>'
        )

    def messages(self, messages: Iterable[SandboxMessage]) -> list[tuple[int, str]]:
        """Each message's id and HTML; one sender's messages close together share a head."""
        shown: list[tuple[int, str]] = []
        before: SandboxMessage | None = None
        for message in messages:
            together = (
                before is not None
                and before.sender_id == message.sender_id
                and message.sent_at - before.sent_at < 300
            )
            shown.append((message.message_id, self.message(message, together=together)))
            before = message
        return shown

    def message(self, message: SandboxMessage, *, together: bool = False) -> str:
        """One message: head, body or buttons, reactions."""
        sender = self.realm.users[message.sender_id]
        mine = " mine" if sender.user_id == self.reader.user_id else ""
        follows = " follows" if together else ""
        edited = ' <span class="edited">edited</span>' if message.edited_at else ""
        sent = datetime.fromtimestamp(message.sent_at, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
        name = escape(sender.full_name)
        tag = '<span class="tag">bot</span>' if sender.is_bot else ""
        return (
            f'<article class="message{mine}{follows}" id="m{message.message_id}"'
            f' data-id="{message.message_id}">{avatar(sender)}<div class="bubble">'
            f'<header><strong>{name}</strong>{tag} <time class="sent" datetime="{sent}">{sent}'
            f"</time>{edited}</header>{self._body(message)}{self._reactions(message)}"
            "</div></article>"
        )

    def _body(self, message: SandboxMessage) -> str:
        html = self._markup.render(message.content, self._names, root=self.root).html
        for side in ALIGNED:
            html = html.replace(f'style="text-align:{side}"', f'class="align-{side}"')
        body = f'<div class="body">{html}</div>'
        if message.widget is None or not message.choices or not shows_buttons(message.widget):
            return body
        return (
            f"{self._form(message)}<details class='fallback'>"
            f"<summary>What the mobile app shows instead</summary>{body}</details>"
        )

    def _form(self, message: SandboxMessage) -> str:
        heading = escape(str((message.widget or {})["extra_data"]["heading"]))
        rows = []
        for place, choice in enumerate(message.choices):
            short, long = escape(choice["short_name"]), escape(choice["long_name"])
            rows.append(
                f'<form method="post" action="{self.root}/click" class="choice">'
                f'<input type="hidden" name="message_id" value="{message.message_id}">'
                f'<input type="hidden" name="place" value="{place}">'
                f'<button type="submit">{short}</button><span>{long}</span></form>'
            )
        return f'<div class="widget"><p class="heading">{heading}</p>{"".join(rows)}</div>'

    def _reactions(self, message: SandboxMessage) -> str:
        groups: dict[str, list[SandboxUser]] = {}
        names: dict[str, str] = {}
        for reaction in message.reactions:
            groups.setdefault(reaction.emoji_code, []).append(self.realm.users[reaction.user_id])
            names.setdefault(reaction.emoji_code, reaction.emoji_name)
        chips = [self._chip(message, names[code], code, who) for code, who in groups.items()]
        picks = [
            self._chip(message, name, CODES[name], ())
            for name in QUICK_EMOJI
            if CODES[name] not in groups
        ]
        return (
            f'<div class="reactions">{"".join(chips)}<details class="picker">'
            f'<summary aria-label="Add a reaction">☺+</summary><div class="picks">'
            f"{''.join(picks)}</div></details></div>"
        )

    def _chip(
        self, message: SandboxMessage, name: str, code: str, who: Sequence[SandboxUser]
    ) -> str:
        pressed = any(user.user_id == self.reader.user_id for user in who)
        people = escape(", ".join(user.full_name for user in who))
        title = f"{people} reacted with :{name}:" if who else f":{name}:"
        count = f" <b>{len(who)}</b>" if who else ""
        return (
            f'<form method="post" action="{self.root}/react">'
            f'<input type="hidden" name="message_id" value="{message.message_id}">'
            f'<input type="hidden" name="emoji_name" value="{escape(name)}">'
            f'<input type="hidden" name="emoji_code" value="{escape(code)}">'
            f'<button type="submit" class="chip" aria-pressed="{str(pressed).lower()}"'
            f' title="{title}" aria-label="{title}">{picture(code)}{count}</button></form>'
        )

    # A new conversation

    def new(self) -> str:
        """Whom to write to, and where."""
        people = [
            user
            for user in self.realm.users.values()
            if user.is_active and not user.is_system and user.user_id != self.reader.user_id
        ]
        rows = "".join(
            f'<li data-name="{escape(user.full_name.lower())}"><label>'
            f'<input type="checkbox" name="with-{user.user_id}" value="1">{avatar(user)}'
            f'<span class="name">{escape(user.full_name)}</span>'
            f'<span class="kind">{escape(kind_of(user))}</span></label></li>'
            for user in people
        )
        mine = (s for s in self.realm.streams.values() if self.reader.user_id in s.subscribers)
        streams = "".join(
            f'<form class="topic" id="stream-{stream.stream_id}" action="{self.root}/open">'
            f'<input type="hidden" name="stream" value="{stream.stream_id}">'
            f'<label for="topic-{stream.stream_id}">{escape(stream.name)}</label>'
            f'<input id="topic-{stream.stream_id}" name="topic" required maxlength="60"'
            ' placeholder="Topic"><button type="submit">Open</button></form>'
            for stream in mine
        )
        return fill("new.html", root=self.root, people=rows, streams=streams)


def chooser(realm: Realm) -> str:
    """Everybody whom one may be, by what they are; the caller holds the realm's lock."""
    people = [u for u in realm.users.values() if not u.is_bot and u.is_active]
    kinds = [*LABELS, *sorted({kind_of(user) for user in people} - set(LABELS))]
    bots = [u.user_id for u in realm.users.values() if u.is_bot and not u.is_system]
    unread = unread_by_user(realm)
    parts = []
    for kind in kinds:
        cards = [
            _card(user, unread.get(user.user_id, 0), bots)
            for user in people
            if kind_of(user) == kind
        ]
        if cards:
            word = escape(kind.capitalize() + ("s" if len(cards) > 1 else ""))
            parts.append(f"<section><h2>{word}</h2><ul>{''.join(cards)}</ul></section>")
    return "".join(parts) or "<p>There is nobody here yet.</p>"


def _card(user: SandboxUser, unread: int, bots: Sequence[int]) -> str:
    where = f"?c=dm:{bots[0]}" if bots else ""
    name = escape(user.full_name)
    return (
        f'<li data-name="{escape(user.full_name.lower())}">'
        f'<a class="card" href="/as/{user.user_id}{where}">{avatar(user)}'
        f'<span class="name">{name}</span>{badge(unread)}</a></li>'
    )
