"""What the pages on deploying name is there."""

from __future__ import annotations

import re

import pytest

from tests.architecture.house import ROOT
from tests.deploy.test_compose import FILES, VARIABLE, compose

DOCS = ROOT / "docs"


@pytest.mark.parametrize("name", ["deploy.md", "deploy.ko.md"])
def test_files_containers_and_variables_that_are_named_exist(name: str) -> None:
    text = (DOCS / name).read_text()
    paths = set(re.findall(r"\b((?:docker|nginx)/[\w./-]*\.(?:sh|conf|json|yml))\b", text))
    assert {path for path in paths if not (ROOT / path).exists()} == set()
    services = compose()["services"]
    assert set(re.findall(r"docker compose (?:exec|run --rm --no-deps) (\w+)", text)) <= set(services)
    known = {found[0] for file in FILES for found in VARIABLE.findall((ROOT / file).read_text())}
    table = text.split("| `.env` |")[-1] if "| `.env` |" in text else text.split("| in `.env` |")[-1]
    named = {word for row in re.findall(r"^\| (`[A-Z].*?) \|", table, re.M) for word in re.findall(r"`(\w+)`", row)}
    assert len(named) >= 8
    assert named <= known
