"""What becomes of a message once sent: edits, moves, deletion, reactions, flags, receipts."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from dataclasses import replace

from nudgebot.sandbox.answers import Json, Refusal, invalid_message
from nudgebot.sandbox.emoji import code_of
from nudgebot.sandbox.payloads import has_widget, reaction_json
from nudgebot.sandbox.posting import Draft, PostOffice
from nudgebot.sandbox.records import Reaction, SandboxMessage, SandboxUser
from nudgebot.sandbox.state import Realm

EDITABLE_FLAGS = ("read", "starred", "collapsed")


class Changes:
    """Changes messages and tells those concerned; the caller holds the realm's lock."""

    def __init__(self, realm: Realm, office: PostOffice) -> None:
        self.realm = realm
        self.office = office
        self.rendering = office.rendering

    # Edits

    def edit_content(
        self, user: SandboxUser, message_id: int, content: str, *, expected_sha256: str | None
    ) -> None:
        """Replace a message's text: its sender's right, for ten minutes, without a widget."""
        message = self.realm.message_for(user, message_id)
        if message.sender_id != user.user_id:
            raise Refusal("You don't have permission to edit this message")
        if has_widget(message):
            raise Refusal("Widgets cannot be edited.")
        self._check_time(message)
        if expected_sha256 not in (None, hashlib.sha256(message.content.encode()).hexdigest()):
            words = "'prev_content_sha256' value does not match the expected value."
            raise Refusal(words, code="EXPECTATION_MISMATCH")
        text = "(deleted)" if not content.strip() else self.office.body(content)
        edited = replace(message, content=text, edited_at=self.realm.clock())
        told, wildcard = self.rendering.told(text)
        for user_id, flags in self.realm.flags[message_id].items():
            flags.difference_update({"mentioned", "wildcard_mentioned"})
            flags.update({"mentioned"} if user_id in told else ())
            flags.update({"wildcard_mentioned"} if wildcard and not message.is_direct else ())
        self.realm.put_message(edited)
        html = self.rendering.html
        texts = {
            "orig_content": message.content,
            "orig_rendered_content": html(message.content),
            "content": text,
            "rendered_content": html(text),
            "prev_rendered_content_version": 1,
            "is_me_message": text.startswith("/me "),
        }
        self._tell_update(user, edited, texts, [message_id])

    def _check_time(self, message: SandboxMessage) -> None:
        settings = self.realm.settings
        limit = settings.message_content_edit_limit_seconds
        age = self.realm.clock() - message.sent_at
        if limit is not None and age > limit + settings.edit_grace_seconds:
            raise Refusal("The time limit for editing this message has passed")

    def move(
        self,
        user: SandboxUser,
        message_id: int,
        topic: str | None,
        *,
        how: str,
        stream: str | None = None,
    ) -> None:
        """Move one message, it and the later ones, or the whole topic, to a topic or a stream.

        Whoever may not read the new stream loses the messages.
        """
        message = self.realm.message_for(user, message_id)
        if message.stream_id is None:
            raise Refusal("Direct messages cannot have topics.")
        if how not in ("change_one", "change_later", "change_all"):
            raise Refusal("Invalid propagate_mode")
        new = message.topic if topic is None else self.office.topic(topic)
        old = self.realm.streams[message.stream_id]
        there = old if stream is None else self.office.stream(user, stream)
        moved = [m for m in self._topic_of(message) if _goes_along(m, message, how)]
        names = {"orig_subject": message.topic, "subject": new, "propagate_mode": how}
        details: Json = {**names, "topic_links": []}
        details |= {"new_stream_id": there.stream_id} if there != old else {}
        self._tell_update(user, message, details, [one.message_id for one in moved])
        for one in moved:
            self.realm.put_message(replace(one, topic=new, stream_id=there.stream_id))
            rows = self.realm.flags[one.message_id]
            for user_id in [i for i in rows if there.private and i not in there.subscribers]:
                del rows[user_id]
        words = f"This topic was moved here from #**{old.name}>{message.topic}** by "
        text = f"{words}@_**{user.full_name}|{user.user_id}**."
        bot = self.office.notification_bot()
        self.office.deliver(Draft(sender=bot, content=text, stream=there, topic=new))

    def _topic_of(self, message: SandboxMessage) -> list[SandboxMessage]:
        wanted = (message.stream_id, message.topic.lower())
        every = self.realm.messages.values()
        return [one for one in every if (one.stream_id, one.topic.lower()) == wanted]

    def _tell_update(
        self, user: SandboxUser, message: SandboxMessage, details: Json, message_ids: list[int]
    ) -> None:
        event: Json = {
            "type": "update_message",
            "user_id": user.user_id,
            "edit_timestamp": int(self.realm.clock()),
            "message_id": message.message_id,
            "message_ids": message_ids,
            "rendering_only": False,
            **details,
        }
        if message.stream_id is not None:
            stream = self.realm.streams[message.stream_id]
            event |= {"stream_id": stream.stream_id, "stream_name": stream.name}
        rows = self.realm.flags[message.message_id]
        for user_id in self.realm.audience(message):
            flags = sorted(rows.get(user_id, ()))
            self.realm.tell([user_id], {**event, "flags": flags})

    # Deletion

    def delete(self, user: SandboxUser, message_id: int) -> None:
        """Remove a message for everybody; by default that takes an administrator."""
        message = self.realm.message_for(user, message_id)
        own = message.sender_id == user.user_id
        may = user.is_admin or (own and user.role <= self.realm.settings.delete_own_message_role)
        if not may:
            raise Refusal("You don't have permission to delete this message")
        kind = "private" if message.is_direct else "stream"
        event: Json = {"type": "delete_message", "message_type": kind}
        if not message.is_direct:
            event |= {"stream_id": message.stream_id, "topic": message.topic}
        for user_id in self.realm.audience(message):
            for queue in self.realm.queues.of(user_id):
                one: Json = {"message_id": message_id}
                queue.push(event | ({"message_ids": [message_id]} if queue.bulk_deletion else one))
        self.realm.drop_message(message_id)

    # Reactions

    def react(
        self,
        user: SandboxUser,
        message_id: int,
        name: str,
        *,
        add: bool,
        code: str | None = None,
        reaction_type: str | None = None,
    ) -> None:
        """Add or take back an emoji; doing it twice is refused with its own code."""
        message = self.realm.message_for(user, message_id)
        kind = reaction_type or "unicode_emoji"
        reaction = Reaction(user.user_id, name, code_of(name, code), kind)
        there = [r for r in message.reactions if _same(r, reaction)]
        if add and there:
            raise Refusal("Reaction already exists.", code="REACTION_ALREADY_EXISTS")
        if not add and not there:
            raise Refusal("Reaction doesn't exist.", code="REACTION_DOES_NOT_EXIST")
        rest = tuple(r for r in message.reactions if not _same(r, reaction))
        left = (*rest, reaction) if add else rest
        self.realm.put_message(replace(message, reactions=left))
        event: Json = {
            "type": "reaction",
            "op": "add" if add else "remove",
            "message_id": message_id,
            **reaction_json(self.realm, reaction),
        }
        self.realm.tell(self.realm.audience(message), event)

    # Flags

    def set_flag(
        self, user: SandboxUser, message_ids: Iterable[int], flag: str, *, add: bool
    ) -> list[int]:
        """Set or clear a flag of the user's own rows; answers the messages that it touched."""
        if flag not in EDITABLE_FLAGS:
            raise Refusal(f"Flag not editable: '{flag}'")
        wanted = list(message_ids)
        rows = [self.realm.flags.get(one, {}).get(user.user_id) for one in wanted]
        if any(row is None for row in rows):
            raise invalid_message()
        changed = []
        for one, row in zip(wanted, rows, strict=True):
            if row is not None and (flag in row) != add:
                (row.add if add else row.discard)(flag)
                changed.append(one)
        if changed:
            event = {"type": "update_message_flags", "op": "add" if add else "remove"}
            details = {"operation": event["op"], "flag": flag, "messages": changed, "all": False}
            self.realm.tell([user.user_id], {**event, **details})
            self.realm.touch()
        return wanted

    def readers(self, user: SandboxUser, message_id: int) -> list[int]:
        """Who has read a message, as far as they let it be seen; never its sender."""
        message = self.realm.message_for(user, message_id)
        if not self.realm.settings.enable_read_receipts:
            raise Refusal("Read receipts are disabled in this organization.")
        rows = self.realm.flags[message_id]
        seen = [self.realm.users[one] for one, flags in rows.items() if "read" in flags]
        return sorted(
            one.user_id
            for one in seen
            if one.user_id != message.sender_id and one.is_active and one.send_read_receipts
        )


def _goes_along(one: SandboxMessage, first: SandboxMessage, how: str) -> bool:
    later = how == "change_later" and one.message_id >= first.message_id
    return how == "change_all" or later or one.message_id == first.message_id


def _same(one: Reaction, other: Reaction) -> bool:
    """Zulip tells reactions apart by user and code; two names of one emoji are the same."""
    return (one.user_id, one.emoji_code) == (other.user_id, other.emoji_code)
