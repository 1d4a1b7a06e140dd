"""A picture that every viewer takes for one."""

from __future__ import annotations

import struct
import zlib


def png(width: int = 64, height: int = 32) -> bytes:
    """A small chart-like PNG: bars that rise from left to right."""
    rows = b"".join(
        b"\0" + bytes(40 if height - y <= x * height // width else 240 for x in range(width))
        for y in range(height)
    )
    header = struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0)
    parts = ((b"IHDR", header), (b"IDAT", zlib.compress(rows)), (b"IEND", b""))
    return b"\x89PNG\r\n\x1a\n" + b"".join(_part(kind, data) for kind, data in parts)


def _part(kind: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))
