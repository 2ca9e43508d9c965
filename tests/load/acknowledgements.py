"""What the service has acknowledged, written to a file that the service knows nothing of."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from pathlib import Path

from tests.acknowledged import NoteFile


@dataclass(frozen=True, slots=True)
class Acknowledgement:
    """A 200 to a play or a stamp, as its client got it. Prizes are (token type, amount); None = nothing won."""

    player: str
    kind: str  # "play" or "stamp"
    operation_id: str
    key: str
    balance: int | None = None  # coins after a play
    prize: tuple[str, int] | None = None


class Book(NoteFile):
    """Notes acknowledgements, and counts them."""

    def __init__(self, file: Path) -> None:
        super().__init__(file)
        self.count = 0

    def note(self, acknowledged: Acknowledgement) -> None:
        self.write(json.dumps(asdict(acknowledged)))
        self.count += 1


def read(file: Path) -> Iterator[Acknowledgement]:
    """All of them, in the order they were given."""
    with file.open(encoding="utf-8") as lines:
        for line in lines:
            noted = json.loads(line)
            prize = noted.pop("prize")
            yield Acknowledgement(**noted, prize=None if prize is None else (prize[0], prize[1]))
