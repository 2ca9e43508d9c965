"""What the documents name is there: addresses of the API in the contract, commands of `./run ops`."""

from __future__ import annotations

import json
import re
from pathlib import Path

import typer.main

from app.cli import app
from tests.architecture.house import inside
from tests.docs.reading import DOCS, pages

RECORDS = ("docs/adr", "docs/api")  # in the words of their day, or generated
CONTRACT = json.loads((DOCS / "api" / "openapi.json").read_text(encoding="utf-8"))["paths"]
OPS = vars(vars(typer.main.get_command(app))["commands"]["ops"])["commands"]
# "POST /api/x/{id}", and "localhost:8000/api/x/$ID" of a command
CALL = re.compile(r"\b(GET|POST|PUT|PATCH|DELETE)\s(/api/[\w/{}.-]*[\w}])")
ADDRESS = re.compile(r"localhost:8000(/api/[\w/$.-]*\w)")
COMMAND = re.compile(r"(?:\./run |`)ops ([a-z][a-z-]*)(?: ([a-z][a-z-]*))?")
# pages of the demo's own clock, which is in no contract of a service
BESIDE = ("/api/demo/clock",)


def shape(path: str) -> str:
    """A path with every name of the reader's own, `{id}` or `$ID`, as one."""
    return re.sub(r"\{\w+\}|\$\w+", "{}", path)


def known(path: str, method: str | None = None) -> bool:
    """Whether the contract has it, a name in it written out or not."""
    if path in BESIDE:
        return True
    wanted = shape(path).split("/")
    return any(
        len(parts := shape(there).split("/")) == len(wanted)
        and all(one == other or "{}" in (one, other) for one, other in zip(wanted, parts, strict=True))
        and (method is None or method.lower() in methods)
        for there, methods in CONTRACT.items()
    )


def unknown_calls(text: str) -> list[str]:
    named = [f"{method} {path}" for method, path in CALL.findall(text) if not known(path, method)]
    return named + [path for path in ADDRESS.findall(text) if not known(path)]


def unknown_commands(text: str) -> list[str]:
    lost = []
    for name, sub in COMMAND.findall(text):
        command = OPS.get(name)
        subs = getattr(command, "commands", None)
        if command is None or (sub and subs is not None and sub not in subs):
            lost.append(f"ops {name} {sub}".strip())
    return lost


def read_pages() -> list[Path]:
    return [page for page in pages() if not inside(page).startswith(RECORDS)]


def test_every_call_that_a_document_names_is_in_the_contract() -> None:
    lost = [f"{inside(page)}: {call}" for page in read_pages() for call in unknown_calls(page.read_text("utf-8"))]
    assert lost == []


def test_every_command_that_a_document_names_is_there() -> None:
    lost = [f"{inside(page)}: {one}" for page in read_pages() for one in unknown_commands(page.read_text("utf-8"))]
    assert lost == []


def test_a_call_or_command_that_is_not_there_is_found() -> None:
    text = "`POST /api/admin/wallets/compensate`, `GET /api/wallet`, `./run ops settle`, `./run ops jobs walk`"
    assert unknown_calls(text) == ["POST /api/admin/wallets/compensate"]
    assert unknown_commands(text) == ["ops settle", "ops jobs walk"]
    assert unknown_calls("localhost:8000/api/admin/nothing/$ID?since=1") == ["/api/admin/nothing/$ID"]
