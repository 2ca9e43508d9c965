"""What every command line ends with: a refusal, a fault or Ctrl-C is one sentence on stderr and an exit code."""

import os
import sys
from collections.abc import Sequence
from typing import Any

import typer
from sqlalchemy.exc import DBAPIError
from typer.core import TyperGroup

from app.config.secret_files import SettingsRefused
from app.core.archive import ArchiveBroken
from app.core.errors import AppError
from app.core.startup import EXIT_CODE
from app.db.copies import CopyRefused
from app.db.schema import HOW_TO_MIGRATE, NO_SUCH_TABLE, MigrationRefused
from app.db.session import error_code

PROGRAM = "./run"
LONGEST_ARGUMENT = 4_000  # characters: an address, a path or a reason, and far below what a terminal passes on
DENIED = (1142, 1143, 1044)  # on a table, a column, a database
STOPPED = 130  # as shells say it of Ctrl-C
IN_OUR_WORDS = (ArchiveBroken, CopyRefused, MigrationRefused, OSError)


class Terminal(TyperGroup):
    """The group of all commands. DEBUG=true shows where an unexpected error comes from.

    Refuses an argument that nobody means: too long, or bytes that are no text.
    """

    def main(self, args: Sequence[str] | None = None, *_names: Any, **extra: Any) -> Any:
        """Runs a command line and ends by SystemExit: 78 for a setting, 130 for Ctrl-C, 2 for wrong words, else 1."""
        for text in sys.argv[1:] if args is None else args:
            if len(text) > LONGEST_ARGUMENT or "\0" in text or any("\ud800" <= sign <= "\udfff" for sign in text):
                typer.echo(f"an argument is text of at most {LONGEST_ARGUMENT} characters", err=True)
                sys.exit(2)
        try:
            return super().main(args, **extra | {"prog_name": PROGRAM})
        except SettingsRefused as refusal:
            for problem in refusal.problems:
                typer.echo(f"dojang: {problem}", err=True)
            sys.exit(EXIT_CODE)
        except Exception as error:
            if os.environ.get("DEBUG", "").lower() in {"1", "true"}:
                raise
            typer.echo(_reason(error), err=True)
            sys.exit(1)

    def invoke(self, ctx: Any) -> Any:
        """Runs the command; Ctrl-C ends it in words."""
        try:
            return super().invoke(ctx)
        except (KeyboardInterrupt, typer.Abort):
            typer.echo("stopped by Ctrl-C: what was committed stays, nothing is half done", err=True)
            raise typer.Exit(STOPPED) from None


def _reason(error: Exception) -> str:
    if isinstance(error, AppError):
        return f"{error.code}: {error.meaning.en} {error.facts or ''}".rstrip()
    if isinstance(error, DBAPIError):
        return _of_the_database(error)
    if isinstance(error, IN_OUR_WORDS):
        return str(error)
    first_line = str(error).partition("\n")[0]
    return f"unexpected {type(error).__name__}: {first_line}; DEBUG=true shows where it comes from"


def _of_the_database(error: DBAPIError) -> str:
    if error_code(error.orig) in DENIED:
        return "this database account may not do that: sign in as the tables' owner"
    if error_code(error.orig) == NO_SUCH_TABLE or "no such table" in str(error.orig):
        return f"the database has no schema yet: run `{HOW_TO_MIGRATE}`"
    if "unable to open database file" in str(error.orig):
        return f"DATABASE_URL names a file that can't be opened: correct it, or run `{HOW_TO_MIGRATE}`"
    return f"the database says: {error.orig}"
