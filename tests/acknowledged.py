"""A file outside the service in which clients note what they were told."""

from __future__ import annotations

from pathlib import Path
from typing import Self, TextIO


class NoteFile:
    """Takes lines, opened by `with`; each is with the operating system before its client goes on."""

    def __init__(self, file: Path) -> None:
        self.file = file
        self._out: TextIO | None = None

    def write(self, line: str) -> None:
        assert self._out is not None, "opened by `with`"
        self._out.write(line + "\n")
        self._out.flush()

    def __enter__(self) -> Self:
        self._out = self.file.open("a", encoding="utf-8")
        return self

    def __exit__(self, *_: object) -> None:
        assert self._out is not None, "opened by `with`"
        self._out.close()
