"""Places outside that are told each seal: what they were told contradicts whoever rewrites the operators' log."""

import asyncio
import json
from pathlib import Path
from typing import Any

from app.config.settings import Settings
from app.core.webhook_sender import WebhookSender


class SealWitnesses:
    """A file that only grows, and an address that takes a POST. Neither has to be set."""

    def __init__(self, file: Path | None, url: str | None, sender: WebhookSender) -> None:
        self._file, self._url, self._sender = file, url, sender
        # the number of the seal that each was told last; after a start the newest is told again
        self._told = dict.fromkeys(place for place, is_set in (("file", file), ("url", url)) if is_set)

    def lack(self, seal: int) -> bool:
        """Whether any place has not been told of this seal."""
        return any(told != seal for told in self._told.values())

    @classmethod
    def from_settings(cls, settings: Settings, sender: WebhookSender) -> "SealWitnesses":
        """Those that are set."""
        return cls(settings.audit_seals_file, settings.audit_seals_url or None, sender)

    async def tell(self, seal: int, facts: dict[str, Any]) -> dict[str, str]:
        """Tells every place that lacks it; returns why each of those failed that did. Told twice is told once."""
        line, failed = json.dumps(facts), {}
        for place in [place for place, told in self._told.items() if told != seal]:
            why = await (self._write(line) if place == "file" else self._post(line))
            if why is None:
                self._told[place] = seal
            else:
                failed[place] = why
        return failed

    async def _write(self, line: str) -> str | None:
        try:
            await asyncio.to_thread(_append, self._file or Path(), line)
        except OSError as error:
            return error.strerror or type(error).__name__
        return None

    async def _post(self, line: str) -> str | None:
        return (await self._sender.send(self._url or "", line, {})).error


def _append(file: Path, line: str) -> None:
    with file.open("a", encoding="utf-8") as opened:
        opened.write(line + "\n")
