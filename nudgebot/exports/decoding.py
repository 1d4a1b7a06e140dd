"""Bytes of unknown encoding to text, block by block; a block ends where a line does."""

from __future__ import annotations

import codecs
import re
from collections.abc import Iterator

from nudgebot.errors import ExportError
from nudgebot.exports.limits import Readable

# So much text and the cells made of it stay within a processor's cache.
BLOCK_BYTES = 128 * 1024
MAX_LINE_BYTES = 16 * 2**20
_STRAY = re.compile("[\udc80-\udcff]")
_WINDOWS = {0xDC00 + byte: bytes([byte]).decode("cp1252", "replace") for byte in range(128, 256)}
_WIDE = {codecs.BOM_UTF16_LE: "utf-16-le", codecs.BOM_UTF16_BE: "utf-16-be"}


class Texts:
    """The text of a file in blocks; tells meanwhile what had to be mended.

    A byte order mark decides; without one it is UTF-8, and bytes that are not UTF-8 are read as
    Windows-1252, one by one, since a single stray byte is the usual dirt. NUL bytes are left out.
    """

    def __init__(self, file: Readable, shown: str) -> None:
        self._file = file
        self._shown = shown
        self._line = 1
        self.bytes_read = 0
        self.stray_bytes = 0
        self.first_stray_line = 0
        self.first_nul_line = 0

    def __iter__(self) -> Iterator[str]:
        for text in self._decoded():
            lines = text.count("\n")
            if not lines and "\r" in text:
                text = text.replace("\r", "\n")  # noqa: PLW2901  # lines of old ended so
            if "\0" in text:
                if not self.first_nul_line:
                    self.first_nul_line = self._line + text.count("\n", 0, text.index("\0"))
                yield text.replace("\0", "")
            else:
                yield text
            self._line += lines

    def _decoded(self) -> Iterator[str]:
        head = self._read()
        for mark, encoding in _WIDE.items():
            if head.startswith(mark):
                yield from self._wide(head[2:], encoding)
                return
        yield from self._narrow(head.removeprefix(codecs.BOM_UTF8))

    def _read(self) -> bytes:
        block = self._file.read(BLOCK_BYTES)
        self.bytes_read += len(block)
        return block

    def _wide(self, block: bytes, encoding: str) -> Iterator[str]:
        decoder = codecs.getincrementaldecoder(encoding)(errors="replace")
        rest = ""
        while block:
            text = rest + decoder.decode(block)
            cut = text.rfind("\n") + 1
            rest = text[cut:]
            self._check_length(len(rest))
            if cut:
                yield text[:cut]
            block = self._read()
        if rest:
            yield rest

    def _narrow(self, block: bytes) -> Iterator[str]:
        rest = b""
        while block:
            block = rest + block
            cut = block.rfind(b"\n") + 1
            rest = block[cut:]
            self._check_length(len(rest))
            if cut:
                yield self._text(block[:cut])
            block = self._read()
        if rest:
            yield self._text(rest)

    def _check_length(self, length: int) -> None:
        if length > MAX_LINE_BYTES:
            raise ExportError(
                f"{self._shown}:{self._line}: the line has no end; this is no table of text."
            )

    def _text(self, block: bytes) -> str:
        try:
            return block.decode()
        except UnicodeDecodeError:
            return self._mended(block)

    def _mended(self, block: bytes) -> str:
        # In one pass, however many bytes are stray: each becomes a mark that no text can hold.
        text = block.decode(errors="surrogateescape")
        strays = _STRAY.findall(text)
        self.stray_bytes += len(strays)
        if not self.first_stray_line:
            self.first_stray_line = self._line + text.count("\n", 0, text.index(strays[0]))
        return text.translate(_WINDOWS)
