"""The committed contract is the one the code speaks."""

import json
import re
from pathlib import Path

import pytest

from app.cli.reference import contract, error_table, types
from app.cli.settings_page import settings_page

DOCS = Path(__file__).parents[2] / "docs" / "api"


@pytest.fixture(scope="module")
def document() -> str:
    return contract()


def test_the_committed_reference_is_what_the_code_says(document: str) -> None:
    said = {"errors.md": error_table(), "openapi.json": document, "dojang.d.ts": types(document)}
    said |= {"../settings.md": settings_page("en"), "../settings.ko.md": settings_page("ko")}
    stale = [name for name, text in said.items() if (DOCS / name).read_text(encoding="utf-8") != text]
    assert not stale, "run ./run ops api-docs and commit what it writes"


def test_every_reference_in_the_contract_leads_somewhere(document: str) -> None:
    named = set(re.findall(r"#/components/schemas/([^\"]+)", document))
    assert named <= json.loads(document)["components"]["schemas"].keys()
    assert "$defs" not in document
