"""The fonts of charts and PDFs: those bundled, those a school adds, those of the machine."""

from __future__ import annotations

import functools
from dataclasses import dataclass
from importlib import resources
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import typst

# Packages that hold nothing but one font each, and the names that typesetting knows them by.
BUNDLED = {
    "fontpkg_noto_sans": "Noto Sans",  # Latin, Greek, Cyrillic, Vietnamese, Devanagari
    "fontpkg_noto_sans_arabic": "Noto Sans Arabic",
    "fontpkg_heebo": "Heebo",  # Hebrew
    "fontpkg_noto_sans_thai": "Noto Sans Thai",
}
FAMILIES = tuple(BUNDLED.values())


@dataclass(frozen=True)
class Fonts:
    """Where fonts come from; the files are read when the first chart or page needs them.

    `folder` is the school's own (it may be missing); `system` adds the machine's fonts, which are
    asked last, so that scripts without a bundled font appear where the machine has one.
    """

    folder: Path | None = None
    system: bool = True

    @property
    def folders(self) -> tuple[Path, ...]:
        """The bundled folders, then the school's where it is there."""
        bundled = [Path(str(resources.files(name).joinpath("files"))) for name in BUNDLED]
        return (*bundled, *([self.folder] if self.folder and self.folder.is_dir() else []))


@functools.lru_cache(maxsize=4)
def book(fonts: Fonts) -> typst.Fonts:
    """The fonts as typesetting takes them; read once, because that takes some 50 ms."""
    import typst  # noqa: PLC0415  # loads when first used: the bot's start pays nothing

    folders: list[str] = [str(folder) for folder in fonts.folders]
    return typst.Fonts(include_system_fonts=fonts.system, font_paths=folders)
