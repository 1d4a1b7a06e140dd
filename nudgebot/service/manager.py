"""A word to systemd, where it asked for one: ready, alive, stopping."""

from __future__ import annotations

import logging
import os
import socket
from collections.abc import Mapping

log = logging.getLogger(__name__)

READY, ALIVE, STOPPING = "READY=1", "WATCHDOG=1", "STOPPING=1"


def notify(word: str, environment: Mapping[str, str] | None = None) -> bool:
    """Send a word to the socket that `NOTIFY_SOCKET` names; False where nobody listens.

    The protocol is sd_notify's: a datagram to a Unix socket; `@` stands for the abstract name's
    leading NUL.
    """
    variables = os.environ if environment is None else environment
    address = variables.get("NOTIFY_SOCKET", "")
    if not address.startswith(("/", "@")) or not hasattr(socket, "AF_UNIX"):
        return False
    name = f"\0{address[1:]}" if address.startswith("@") else address
    try:
        with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as sender:
            sender.connect(name)
            sender.sendall(word.encode())
    except OSError:
        log.warning("the service manager cannot be told: %s", word)
        return False
    return True
