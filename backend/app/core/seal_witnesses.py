"""Places outside that are told each seal: what they were told contradicts whoever rewrites the operators' log."""

import asyncio
import json
import os
from pathlib import Path
from typing import Any

from app.config.settings import Settings
from app.core.webhook_sender import WebhookSender


class SealWitnesses:
    """A file that only grows, and an address that takes a POST. Neither has to be set."""

    def __init__(self, file: Path | None, url: str | None, sender: WebhookSender) -> None:
        self._file, self._url, self._sender = file, url, sender
        # the number of the seal that each was told last; after a start it begins with the newest
        self._told: dict[str, int | None] = dict.fromkeys(
            place for place, is_set in (("file", file), ("url", url)) if is_set
        )

    def lacks_since(self, newest: int) -> int | None:
        """The number behind which some place lacks seals; None: every place was told of all."""
        for place, told in self._told.items():
            if told is None:
                self._told[place] = newest - 1
        return min((told for told in self._told.values() if told is not None and told < newest), default=None)

    @classmethod
    def from_settings(cls, settings: Settings, sender: WebhookSender) -> "SealWitnesses":
        """Those that are set."""
        return cls(settings.audit_seals_file, settings.audit_seals_url or None, sender)

    async def tell(self, seal: int, facts: dict[str, Any]) -> dict[str, str]:
        """Tells the places that come to it next, in the order of seals; returns why each of those failed that did."""
        line, failed = json.dumps(facts), {}
        for place in [place for place, told in self._told.items() if told == seal - 1]:
            why = await (self._write(line) if place == "file" else self._post(line))
            if why is None:
                self._told[place] = seal
            else:
                failed[place] = why
        return failed

    async def _write(self, line: str) -> str | None:
        try:
            await asyncio.to_thread(append, self._file or Path(), line)
        except OSError as error:
            return error.strerror or type(error).__name__
        return None

    async def _post(self, line: str) -> str | None:
        return (await self._sender.send(self._url or "", line, {})).error


def append(file: Path, line: str) -> None:
    """Adds a line; behind one that was cut it begins a new one."""
    with file.open("ab+") as opened:
        size = opened.seek(0, os.SEEK_END)
        opened.seek(max(0, size - 1))
        is_cut = size > 0 and opened.read(1) != b"\n"
        opened.write(("\n" if is_cut else "").encode() + line.encode() + b"\n")
