"""What the service has acknowledged, written to a file that the service knows nothing of."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Self, TextIO


@dataclass(frozen=True, slots=True)
class Acknowledgement:
    """A 200 to a play or a stamp, as its client got it. Prizes are (token type, amount); None = nothing won."""

    player: str
    kind: str  # "play" or "stamp"
    operation_id: str
    key: str
    balance: int | None = None  # coins after a play
    prize: tuple[str, int] | None = None


class Book:
    """Notes acknowledgements line by line; each line is with the operating system before its client goes on."""

    def __init__(self, file: Path) -> None:
        self.file = file
        self.count = 0
        self._out: TextIO | None = None

    def note(self, acknowledged: Acknowledgement) -> None:
        assert self._out is not None, "opened by `with`"
        self._out.write(json.dumps(asdict(acknowledged)) + "\n")
        self._out.flush()
        self.count += 1

    def __enter__(self) -> Self:
        self._out = self.file.open("a", encoding="utf-8")
        return self

    def __exit__(self, *_: object) -> None:
        assert self._out is not None, "opened by `with`"
        self._out.close()


def read(file: Path) -> Iterator[Acknowledgement]:
    """All of them, in the order they were given."""
    with file.open(encoding="utf-8") as lines:
        for line in lines:
            noted = json.loads(line)
            prize = noted.pop("prize")
            yield Acknowledgement(**noted, prize=None if prize is None else (prize[0], prize[1]))
