"""What clients were told, in a file outside the service, and whether the service stands by it (I26)."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Self, TextIO

from tests.world import World

MOST_KEYS = 500  # a question


class Book:
    """Notes each 200 with its key; a line is with the operating system before its client goes on."""

    def __init__(self, file: Path) -> None:
        self.file = file
        self._out: TextIO | None = None

    def note(self, key: str, body: str) -> None:
        assert self._out is not None, "opened by `with`"
        self._out.write(json.dumps([key, body]) + "\n")
        self._out.flush()

    def told(self) -> dict[str, str]:
        """The answer to each key. Raises when one key was told two."""
        told: dict[str, str] = {}
        for line in self.file.read_text().splitlines():
            key, body = json.loads(line)
            assert told.setdefault(key, body) == body, f"{key} was told two answers"
        return told

    async def require_kept(self, world: World) -> int:
        """Every acknowledged answer stands in the database, byte for byte, and nothing differs; returns how many."""
        told = self.told()
        keys = list(told)
        for start in range(0, len(keys), MOST_KEYS):
            some = ", ".join(f"'{key}'" for key in keys[start : start + MOST_KEYS])
            query = f"SELECT idempotency_key, body FROM idempotency_keys WHERE idempotency_key IN ({some})"
            stored = dict(await world.rows(query))
            lost = [key for key in keys[start : start + MOST_KEYS] if stored.get(key) != told[key]]
            assert not lost, f"{len(lost)} acknowledged answers are lost or changed, such as {lost[0]}"
        differences = await world.differences()
        assert not differences, differences
        return len(told)

    def __enter__(self) -> Self:
        self._out = self.file.open("a", encoding="utf-8")
        return self

    def __exit__(self, *_: object) -> None:
        assert self._out is not None, "opened by `with`"
        self._out.close()
