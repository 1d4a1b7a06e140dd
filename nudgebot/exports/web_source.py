"""The addresses that are polled for exports: what is new is put into the inbox as a whole."""

from __future__ import annotations

import contextlib
import json
import logging
import queue
import threading
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

from nudgebot.errors import ExportError
from nudgebot.exports.web_fetch import Address, Bounds, Known, fetch, fresh_file

log = logging.getLogger(__name__)

THREAD = "nudgebot web source"


@dataclass(frozen=True)
class Failed:
    """An address that brought nothing, and why."""

    source: str
    text: str


class WebSources:
    """Fetches in a thread of its own: a slow server keeps nobody waiting.

    A zip is landed under a name of its own by one rename, so that the inbox sees the old one or
    the new one and no half of either. What the server is asked for next time (its tag, its date)
    lies beside it in a hidden file, and only once the zip is there.
    """

    def __init__(
        self,
        addresses: Sequence[str],
        folder: Path,
        *,
        token: str = "",
        bounds: Bounds = Bounds(),  # noqa: B008  # frozen
        verify: bool | str = True,
    ) -> None:
        self._addresses = [Address(each) for each in addresses]
        self._folder = folder
        self._token = token
        self._bounds = bounds
        self._verify = verify
        self._failed: queue.SimpleQueue[Failed] = queue.SimpleQueue()
        self._thread: threading.Thread | None = None

    def poll(self) -> list[Failed]:
        """Begin to fetch unless it is still being done; what went wrong since the last poll."""
        if self._addresses and (self._thread is None or not self._thread.is_alive()):
            self._thread = threading.Thread(target=self.fetch_all, name=THREAD, daemon=True)
            self._thread.start()
        failed = []
        with contextlib.suppress(queue.Empty):
            while True:
                failed.append(self._failed.get_nowait())
        return failed

    def wait(self, seconds: float) -> bool:
        """Whether what is being fetched has ended within so many seconds."""
        if self._thread is not None:
            self._thread.join(seconds)
        return self._thread is None or not self._thread.is_alive()

    def fetch_all(self) -> None:
        """Fetch every address once, one after the other; one that fails stops no other."""
        for address in self._addresses:
            try:
                self._fetch(address)
            except ExportError as error:
                self._failed.put(Failed(address.shown, str(error)))
            except Exception as error:  # noqa: BLE001  # a mistake here must not keep others out
                # Its text may hold the address, and that a key.
                log.error("an export could not be fetched: %s", type(error).__name__)
                text = f"The export of {address.shown} met an error in nudgebot; see its log."
                self._failed.put(Failed(address.shown, text))

    def _fetch(self, address: Address) -> None:
        landed = self._folder / f"{address.name}.zip"
        note = self._folder / f".{address.name}.json"
        coming = self._folder / f".{address.name}.zip.partial"
        try:
            self._folder.mkdir(parents=True, exist_ok=True)
            known = _read(note) if landed.exists() else Known()
            found = fetch(
                address,
                coming,
                known=known,
                token=self._token,
                bounds=self._bounds,
                verify=self._verify,
            )
            if found is not None:
                coming.replace(landed)
                _write(note, found)
                log.info("an export was fetched sha256=%s", found.sha256[:12])
        except OSError as error:
            raise ExportError(
                f"The export of {address.shown} could not be put into the inbox ({error.strerror})."
            ) from error
        finally:
            with contextlib.suppress(OSError):
                coming.unlink(missing_ok=True)


def _read(note: Path) -> Known:
    """What is known of the last zip; nothing where the note is not to be read."""
    try:
        return Known(
            **{key: str(text) for key, text in json.loads(note.read_text("utf-8")).items()}
        )
    except (OSError, ValueError, TypeError, AttributeError):
        return Known()


def _write(note: Path, known: Known) -> None:
    fresh = note.with_suffix(".partial")
    with fresh_file(fresh) as file:
        file.write(json.dumps(asdict(known)).encode())
    fresh.replace(note)
