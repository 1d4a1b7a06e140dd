"""What an organisation can set, with the values that a fresh one has at feature level 218."""

from __future__ import annotations

from dataclasses import dataclass

from nudgebot.sandbox.records import ADMIN, MEMBER

DEFAULT_FEATURE_LEVEL = 218
RELEASES = ((478, "12.0"), (421, "11.0"), (371, "10.0"), (277, "9.0"), (237, "8.0"), (0, "8.0-dev"))


def release_of(feature_level: int) -> str:
    """The version string a server of that level would give; nobody should read anything from it."""
    return next(name for level, name in RELEASES if feature_level >= level)


@dataclass
class RealmSettings:
    """The switches of one organisation; a test may turn any of them while the sandbox runs."""

    name: str = "Sandbox School"
    feature_level: int = DEFAULT_FEATURE_LEVEL
    max_message_length: int = 10_000
    max_topic_length: int = 60
    max_file_upload_size_mib: int = 25
    enable_read_receipts: bool = True
    direct_messages_disabled: bool = False
    message_content_edit_limit_seconds: int | None = 600
    edit_grace_seconds: int = 20
    delete_own_message_role: int = ADMIN
    create_stream_role: int = MEMBER
    wildcard_role: int = ADMIN
    wildcard_free_subscribers: int = 15
    heartbeat_seconds: float = 50.0
    longpoll_timeout_seconds: int = 90

    @property
    def version(self) -> str:
        """The version string that goes with the feature level."""
        return release_of(self.feature_level)

    def has(self, feature_level: int) -> bool:
        """Whether this server is at least at that level."""
        return self.feature_level >= feature_level
