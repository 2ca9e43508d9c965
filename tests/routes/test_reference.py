"""The committed contract is the one the code speaks."""

import json
import re
from pathlib import Path

import pytest

from app.cli.reference import contract, error_table

DOCS = Path(__file__).parents[2] / "docs" / "api"


@pytest.mark.parametrize(("file", "text"), [("errors.md", error_table), ("openapi.json", contract)])
def test_the_committed_reference_is_what_the_code_says(file: str, text: object) -> None:
    assert (DOCS / file).read_text(encoding="utf-8") == text(), "run ./run ops api-docs and commit what it writes"  # type: ignore[operator]


def test_every_reference_in_the_contract_leads_somewhere() -> None:
    text = contract()
    named = set(re.findall(r"#/components/schemas/([^\"]+)", text))
    assert named <= json.loads(text)["components"]["schemas"].keys()
    assert "$defs" not in text
