"""Rows written down before they are deleted: one gzip file of JSON lines for each table and run, with its checksum.

A row stands in it before its deletion is committed, so none is lost; after a crash some may stand twice. A file that
SHA256SUMS does not name is of a run that broke off.
"""

import gzip
import hashlib
import os
from collections.abc import Sequence
from datetime import date, datetime
from pathlib import Path
from typing import Any

from pydantic_core import to_json

SUMS = "SHA256SUMS"  # as sha256sum writes and checks it


class ArchiveBroken(Exception):
    """Rows could not be written down, so they are not deleted. The text says why."""


class Archive:
    """The files of one run. A context manager: leaving it writes the checksums."""

    def __init__(self, folder: Path, run: str) -> None:
        """`run` becomes part of the names; no two runs may have the same."""
        self._folder, self._run = folder, run
        self._sums: dict[str, hashlib._Hash] = {}

    def __enter__(self) -> "Archive":
        self._folder.mkdir(parents=True, exist_ok=True)
        return self

    def __exit__(self, *_: object) -> None:
        lines = [f"{digest.hexdigest()}  {name}\n" for name, digest in sorted(self._sums.items())]
        if lines:
            _append(self._folder / SUMS, "".join(lines).encode())

    def keep(self, table: str, rows: Sequence[dict[str, Any]]) -> None:
        """Returns when the rows are on the disk. Each call adds one gzip member; together they are one gzip file."""
        if not rows:
            return
        name = f"{table}-{self._run}.jsonl.gz"
        member = gzip.compress(b"".join(_line(row) for row in rows))
        _append(self._folder / name, member)
        self._sums.setdefault(name, hashlib.sha256()).update(member)


def _line(row: dict[str, Any]) -> bytes:
    return to_json(row, fallback=_plain) + b"\n"


def _plain(value: object) -> str:
    return value.isoformat() if isinstance(value, datetime | date) else str(value)


def _append(file: Path, data: bytes) -> None:
    try:
        with os.fdopen(os.open(file, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600), "wb") as out:
            out.write(data)
            out.flush()
            os.fsync(out.fileno())
    except OSError as error:  # not to be taken for the database's
        raise ArchiveBroken(f"{file} can't be written: {error.strerror}") from error
