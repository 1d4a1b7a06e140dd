"""What a command writes of students' data: for the account that asked, and for no other."""

from __future__ import annotations

import os
import stat
from pathlib import Path

from nudgebot.errors import InputError


def write_private(path: Path, content: bytes) -> None:
    """Write the file, closed to others also where one is there already that they may read.

    Raises InputError where it cannot be written. What is no file, such as a pipe, stays as it is.
    """
    try:
        with open(path, "wb", opener=lambda name, flags: os.open(name, flags, 0o600)) as file:
            if os.name == "posix" and stat.S_ISREG(os.fstat(file.fileno()).st_mode):
                os.fchmod(file.fileno(), 0o600)
            file.write(content)
    except OSError as error:
        raise InputError(f"{path} cannot be written ({error.strerror}).") from error
