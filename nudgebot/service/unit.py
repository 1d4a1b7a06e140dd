"""The systemd unit: what nudgebot may touch, when it is started again, how it says it is alive."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from nudgebot.errors import InputError

# Longer than the watchdog's default: the admins hear of it first, then it is started anew.
ALIVE_SECONDS = 1800


@dataclass(frozen=True)
class Place:
    """Where it is installed; all paths are absolute, `writable` are the folders it writes to."""

    program: Path
    zuliprc: Path
    folder: Path
    writable: tuple[Path, ...]
    user: str


def unit_text(place: Place) -> str:
    """The unit; raises InputError where a path has letters that systemd reads otherwise."""
    for path in (place.program, place.zuliprc, place.folder, *place.writable):
        if not path.is_absolute() or set(str(path)) & set(" \t\n\"'\\%$;"):
            raise InputError(f"{path}: a unit needs absolute paths of plain letters, no spaces.")
    writable = " ".join(dict.fromkeys(map(str, place.writable)))
    return f"""[Unit]
Description=nudgebot, a Zulip bot for schools
Wants=network-online.target
After=network-online.target

[Service]
Type=notify
NotifyAccess=main
User={place.user}
WorkingDirectory={place.folder}
ExecStart={place.program} --config {place.zuliprc} run
# Secrets (NUDGEBOT_SMTP_PASSWORD, NUDGEBOT_AI_API_KEY) are read from here, mode 600.
EnvironmentFile=-{place.folder}/nudgebot.env
Restart=on-failure
RestartSec=30
WatchdogSec={ALIVE_SECONDS}
TimeoutStartSec=900
TimeoutStopSec=60
UMask=0077

NoNewPrivileges=yes
ProtectSystem=strict
ReadWritePaths={writable}
ProtectHome=read-only
PrivateTmp=yes
PrivateDevices=yes
ProtectClock=yes
ProtectControlGroups=yes
ProtectHostname=yes
ProtectKernelLogs=yes
ProtectKernelModules=yes
ProtectKernelTunables=yes
RestrictAddressFamilies=AF_INET AF_INET6 AF_UNIX
RestrictNamespaces=yes
RestrictRealtime=yes
RestrictSUIDSGID=yes
LockPersonality=yes
CapabilityBoundingSet=
SystemCallArchitectures=native
SystemCallFilter=@system-service

[Install]
WantedBy=multi-user.target
"""
