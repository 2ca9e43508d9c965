"""What clients were told, in a file outside the service, and whether the service stands by it (I26)."""

from __future__ import annotations

import json

from tests.acknowledged import NoteFile
from tests.world import World

MOST_KEYS = 500  # a question


class Book(NoteFile):
    """Notes each 200 with its key."""

    def note(self, key: str, body: str) -> None:
        self.write(json.dumps([key, body]))

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
