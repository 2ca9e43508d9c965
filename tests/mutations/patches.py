"""A break of the service as an exact patch, and the tests that should see it."""

from __future__ import annotations

from dataclasses import dataclass

APP = "backend/app"


@dataclass(frozen=True, slots=True)
class Edit:
    """In one file, this text (there once) becomes that."""

    file: str
    old: str
    new: str

    def applied_to(self, source: str) -> str:
        """The file with the edit; raises ValueError when its text is not there exactly once."""
        if source.count(self.old) != 1:
            raise ValueError(f"{self.file}: found {source.count(self.old)} times: {self.old.strip()[:60]}")
        return source.replace(self.old, self.new)


@dataclass(frozen=True, slots=True)
class Mutation:
    """A break, and how pytest is asked for the tests that should notice it."""

    name: str
    edits: tuple[Edit, ...]
    tests: tuple[str, ...]


def one(name: str, file: str, old: str, new: str, *tests: str) -> Mutation:
    return Mutation(name, (Edit(f"{APP}/{file}", old, new),), tests)
