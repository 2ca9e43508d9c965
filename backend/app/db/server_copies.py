"""Backups of a MariaDB or MySQL server, by its own tools: a consistent dump, and the binlog from there on.

The account needs what these tools need (docs/operations.md): an administrator's, not the serving one.
"""

import gzip
import os
import re
import shutil
import subprocess
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, replace
from pathlib import Path
from typing import IO

from sqlalchemy.engine import URL, make_url

from app.db.copies import CHUNK_BYTES, CopyRefused, Manifest, Position, begin, read_manifest, sha256_of, write_manifest

DUMP, BINLOGS = "dump.sql.gz", "binlogs"
# the dump names it in a comment at its head, in the words of its server
POSITION = re.compile(rb"(?:MASTER|SOURCE)_LOG_FILE='([^']+)', (?:MASTER|SOURCE)_LOG_POS=(\d+)")
HEAD_BYTES = 1 << 16
BINLOG_NAME = re.compile(r".+\.\d{6,}")
FAST = 3  # of gzip's levels: twice as fast as the default, a tenth larger


@dataclass(frozen=True, slots=True)
class Tools:
    """The programs of one kind of server, how a dump is told to name the binlog's position, and a binlog to replay."""

    client: str
    dump: str
    binlog: str
    position: tuple[str, ...]
    replay: tuple[str, ...]


MARIADB = Tools("mariadb", "mariadb-dump", "mariadb-binlog", ("--master-data=2",), ())
# A MySQL that numbers transactions (GTID) passes over every number it has seen, in silence: brought back on the server
# they came from, the events must count as new.
MYSQL = Tools("mysql", "mysqldump", "mysqlbinlog", ("--source-data=2", "--set-gtid-purged=OFF"), ("--skip-gtids",))


class Server:
    """One database on a server, as its tools reach it. The password never stands in an argument."""

    def __init__(self, database_url: str) -> None:
        self._url: URL = make_url(database_url)
        if not self._url.database:
            raise CopyRefused("DATABASE_URL names no database")
        self.database = self._url.database
        self._client = next((name for name in (MARIADB.client, MYSQL.client) if shutil.which(name)), MARIADB.client)
        self.version = self.ask("SELECT VERSION()")[0]
        self.tools = MARIADB if "mariadb" in self.version.lower() else MYSQL

    def ask(self, sql: str) -> list[str]:
        """The first column of the answer, on a connection of its own that names no database."""
        command = self.command(self._client, "--batch", "--skip-column-names", "--execute", sql)
        done = self._run(command, stdout=subprocess.PIPE)
        return done.stdout.decode().splitlines()

    def has_tables(self) -> bool:
        query = f"SELECT COUNT(*) FROM information_schema.tables WHERE table_schema = '{self.database}'"
        return self.ask(query) != ["0"]

    def has_binlog(self) -> bool:
        return self.ask("SELECT @@log_bin") == ["1"]

    def schema(self) -> str:
        return self.ask(f"SELECT version_num FROM `{self.database}`.alembic_version")[0]

    def command(self, program: str, *options: str) -> list[str]:
        """The program with this server's address."""
        found = shutil.which(program)
        if found is None:
            raise CopyRefused(f"{program} is not installed here (Debian: mariadb-client; MySQL: mysql-client)")
        at = self._url
        return [found, f"--host={at.host}", f"--port={at.port or 3306}", f"--user={at.username or ''}", *options]

    def _run(self, command: list[str], **more: int) -> subprocess.CompletedProcess[bytes]:
        done: subprocess.CompletedProcess[bytes] = subprocess.run(  # type: ignore[call-overload]
            command, env=self._environment(), stderr=subprocess.PIPE, check=False, **more
        )  # fmt: skip
        if done.returncode:
            raise CopyRefused(f"{Path(command[0]).name} failed: {_last_words(done.stderr)}")
        return done

    def run(self, command: list[str]) -> None:
        """Runs a program to its end; raises CopyRefused with its own words when it fails."""
        self._run(command)

    @contextmanager
    def reading(self, command: list[str], *, may_break_off: bool = False) -> Iterator[IO[bytes]]:
        """What a program prints, while it runs."""
        with tempfile.TemporaryFile() as words:
            with subprocess.Popen(command, env=self._environment(), stdout=subprocess.PIPE, stderr=words) as process:
                assert process.stdout is not None  # noqa: S101 – asked for above
                yield process.stdout
            words.seek(0)
            if process.returncode and not may_break_off:
                raise CopyRefused(f"{Path(command[0]).name} failed: {_last_words(words.read())}")

    def feed(self, source: IO[bytes]) -> None:
        """Runs SQL text on the database."""
        command = self.command(self._client, "--binary-mode", "--default-character-set=utf8mb4", self.database)
        with tempfile.TemporaryFile() as words:
            with subprocess.Popen(command, env=self._environment(), stdin=subprocess.PIPE, stderr=words) as process:
                assert process.stdin is not None  # noqa: S101 – asked for above
                with suppress(BrokenPipeError):  # its own words are better
                    shutil.copyfileobj(source, process.stdin, CHUNK_BYTES)
                    process.stdin.close()
            words.seek(0)
            if process.returncode:
                raise CopyRefused(f"the server refused what was restored: {_last_words(words.read())}")

    def _environment(self) -> dict[str, str]:
        return {**os.environ, "MYSQL_PWD": self._url.password or ""}


def back_up_server(server: Server, folder: Path, *, made_at: str) -> Manifest:
    """A dump as of one moment, while the service goes on; with the binlog's position, where the server keeps one."""
    begin(folder)
    options = ["--single-transaction", "--quick", "--hex-blob", "--no-tablespaces", "--default-character-set=utf8mb4"]
    if server.has_binlog():
        options += server.tools.position
    head = b""
    with (
        server.reading(server.command(server.tools.dump, *options, server.database)) as dump,
        gzip.open(folder / DUMP, "wb", compresslevel=FAST) as out,
    ):
        while chunk := dump.read(CHUNK_BYTES):
            head = head or chunk[:HEAD_BYTES]
            out.write(chunk)
    (folder / DUMP).chmod(0o600)
    found = POSITION.search(head)
    position = Position(found[1].decode(), int(found[2])) if found else None
    files = {DUMP: sha256_of(folder / DUMP)}
    manifest = Manifest(made_at, server.version, server.database, server.schema(), position, files)
    write_manifest(folder, manifest)
    return manifest


def copy_binlogs(server: Server, folder: Path) -> Manifest:
    """Brings the backup's copy of the binlog up to now. Run it often: what it holds outlives the server's disk."""
    manifest = read_manifest(folder)
    if manifest.position is None:
        raise CopyRefused("this backup was made without a binlog")
    target = folder / BINLOGS
    target.mkdir(exist_ok=True, mode=0o700)
    options = ["--read-from-remote-server", "--raw", "--to-last-log", f"--result-file={target}{os.sep}"]
    server.run(server.command(server.tools.binlog, *options, manifest.position.file))
    files = {f"{BINLOGS}/{file.name}": sha256_of(file) for file in sorted(target.iterdir())}
    manifest = replace(manifest, files={**manifest.files, **files})
    write_manifest(folder, manifest)
    return manifest


def restore_server(server: Server, folder: Path, *, binlogs: Path | None = None, until: str | None = None) -> list[str]:
    """Loads the dump into an empty database of the same name, then replays the binlog, to its end or `until` (UTC).

    `binlogs`: the server's own folder of them, where it survived; it knows more than the backup's copy. Returns the
    names of the files that were replayed. Raises CopyRefused before anything changes, or when the server refuses.
    """
    manifest = read_manifest(folder)
    if DUMP not in manifest.files:
        raise CopyRefused(f"this is a backup of {manifest.server}")
    if server.database != manifest.database:
        raise CopyRefused(f"the binlog speaks of {manifest.database}: restore into a database of that name")
    if server.has_tables():
        raise CopyRefused(f"{server.database} is not empty: restore into an empty database")
    files = _binlogs_from(manifest.position, [folder / BINLOGS, *([binlogs] if binlogs else [])])
    with gzip.open(folder / DUMP, "rb") as dump:
        server.feed(dump)  # type: ignore[arg-type]  # a GzipFile reads as a file does
    if manifest.position is not None and files:
        _replay(server, files, manifest.position, until)
    return [file.name for file in files]


def _binlogs_from(position: Position | None, folders: Sequence[Path]) -> list[Path]:
    """The files from the position on, in order, each from the folder that has more of it. None may be missing."""
    if position is None:
        return []
    by_name: dict[str, Path] = {}
    for file in (file for folder in folders if folder.is_dir() for file in folder.iterdir()):
        if not BINLOG_NAME.fullmatch(file.name) or _number(file.name) < _number(position.file):
            continue
        known = by_name.get(file.name)
        if known is None or known.stat().st_size < file.stat().st_size:
            by_name[file.name] = file
    files = sorted(by_name.values(), key=lambda file: _number(file.name))
    expected = range(_number(position.file), _number(position.file) + len(files))
    missing = [number for number, file in zip(expected, files, strict=True) if _number(file.name) != number]
    if missing:
        raise CopyRefused(f"binlog {missing[0]:06d} is missing: what came after it can't be replayed")
    return files


def _number(name: str) -> int:
    return int(name.rpartition(".")[2])


def _replay(server: Server, files: Sequence[Path], position: Position, until: str | None) -> None:
    """The last file may end in the middle of an event: the server died. What it had answered stands before that."""
    whole, last = list(files[:-1]), files[-1]
    _feed_binlogs(server, whole, position.offset, until, may_break_off=False)
    _feed_binlogs(server, [last], None if whole else position.offset, until, may_break_off=True)


def _feed_binlogs(
    server: Server, files: Sequence[Path], offset: int | None, until: str | None, *, may_break_off: bool
) -> None:
    if not files:
        return
    options = [*server.tools.replay, f"--database={server.database}"]
    options += [f"--start-position={offset}"] if offset else []
    options += [f"--stop-datetime={until}"] if until else []
    program = server.command(server.tools.binlog)[0]
    command = [program, *options, *map(str, files)]
    with server.reading(command, may_break_off=may_break_off) as events:
        server.feed(events)


def _last_words(words: bytes) -> str:
    lines = [line for line in words.decode(errors="replace").splitlines() if line.strip()]
    return lines[-1][:300] if lines else "without a word"
