"""Backups: a folder with a copy of the database and a manifest that says what it is, with a checksum for each file."""

import hashlib
import json
import os
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from dataclasses import asdict, dataclass, field
from pathlib import Path

MANIFEST = "manifest.json"
SQLITE_COPY = "dojang.db"
PAGES_AT_ONCE = 1_000  # of 4 KB: writers wait a few milliseconds at most
CHUNK_BYTES = 1 << 20


class CopyRefused(Exception):
    """A backup or restore that was not begun, or broke; the text says why in one sentence."""


@dataclass(frozen=True, slots=True)
class Position:
    """Where the binlog stood at the moment of the copy: everything later is in it from there on."""

    file: str
    offset: int


@dataclass(frozen=True, slots=True)
class Manifest:
    """What a backup is. `position` None: what came after it can't be brought back."""

    made_at: str
    server: str
    database: str
    schema: str
    position: Position | None = None
    # name inside the folder → SHA-256
    files: dict[str, str] = field(default_factory=dict)


def read_manifest(folder: Path) -> Manifest:
    """The manifest, once every file agrees with its checksum. Raises CopyRefused naming the first that differs."""
    try:
        facts = json.loads((folder / MANIFEST).read_text())
    except FileNotFoundError:
        raise CopyRefused(f"there is no backup in {folder}") from None
    position = facts.pop("position")
    manifest = Manifest(**facts, position=Position(**position) if position else None)
    for name, digest in manifest.files.items():
        if not (folder / name).exists():
            raise CopyRefused(f"{name} is missing from the backup")
        if sha256_of(folder / name) != digest:
            raise CopyRefused(f"{name} is not what the backup wrote: its checksum differs")
    return manifest


def write_manifest(folder: Path, manifest: Manifest) -> None:
    """Last of all, and in one step: a folder with a manifest is a whole backup."""
    draft = folder / f"{MANIFEST}.new"
    draft.write_text(json.dumps(asdict(manifest), indent=2) + "\n")
    with draft.open("rb") as file:
        os.fsync(file.fileno())
    draft.replace(folder / MANIFEST)


def begin(folder: Path) -> None:
    """Makes the folder, for its owner alone. Raises CopyRefused when it holds a backup already."""
    if (folder / MANIFEST).exists():
        raise CopyRefused(f"there is a backup in {folder} already: name a new folder")
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)


def sha256_of(file: Path) -> str:
    digest = hashlib.sha256()
    with file.open("rb") as source:
        for chunk in iter(lambda: source.read(CHUNK_BYTES), b""):
            digest.update(chunk)
    return digest.hexdigest()


def back_up_sqlite(source: Path, folder: Path, *, made_at: str) -> Manifest:
    """A copy as of its last moment, while the service goes on writing (SQLite's online backup)."""
    if not source.exists():
        raise CopyRefused(f"there is no database {source}")
    begin(folder)
    copy = folder / SQLITE_COPY
    with closing(sqlite3.connect(source)) as live, closing(sqlite3.connect(copy)) as target:
        live.backup(target, pages=PAGES_AT_ONCE)
        target.execute("PRAGMA journal_mode = DELETE")  # one file, nothing beside it
        _require_sound(target, copy)
        schema = _schema_of(target)
    copy.chmod(0o600)
    server = f"SQLite {sqlite3.sqlite_version}"
    manifest = Manifest(made_at, server, str(source), schema, files={SQLITE_COPY: sha256_of(copy)})
    write_manifest(folder, manifest)
    return manifest


def restore_sqlite(folder: Path, target: Path) -> Manifest:
    """Puts the copy where no database is. Raises CopyRefused when one is there, or the copy is not what was written."""
    manifest = read_manifest(folder)
    if SQLITE_COPY not in manifest.files:
        raise CopyRefused(f"this is a backup of {manifest.server}: restore it to such a server")
    if target.exists():
        raise CopyRefused(f"there is a database {target}: move it away first, with its -wal and -shm")
    for leftover in _beside(target):  # of the database that was lost: SQLite would mix them in
        leftover.unlink(missing_ok=True)
    target.parent.mkdir(parents=True, exist_ok=True)
    draft = target.with_name(f"{target.name}.restoring")
    draft.write_bytes((folder / SQLITE_COPY).read_bytes())
    with closing(sqlite3.connect(draft)) as copy:
        _require_sound(copy, draft)
    draft.replace(target)
    return manifest


def _beside(target: Path) -> Iterator[Path]:
    for suffix in ("-wal", "-shm", "-journal"):
        yield target.with_name(target.name + suffix)


def _require_sound(copy: sqlite3.Connection, file: Path) -> None:
    verdict = copy.execute("PRAGMA integrity_check").fetchone()[0]
    if verdict != "ok":
        raise CopyRefused(f"{file} is damaged: {verdict}")


def _schema_of(copy: sqlite3.Connection) -> str:
    try:
        row = copy.execute("SELECT version_num FROM alembic_version").fetchone()
    except sqlite3.OperationalError:
        raise CopyRefused("this is no database of ours: it was never migrated") from None
    return str(row[0])
