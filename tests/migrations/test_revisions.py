"""What the revisions are: one line of small steps, written by hand."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest
from alembic.script import ScriptDirectory

from app.db.schema import HEAD, REVISIONS, alembic_config

FILES = sorted((REVISIONS / "versions").glob("*.py"))
MOST_TABLES_OF_ONE_IDEA = 4
STEPS = ("op.", "create_index_once", "drop_index_once", "add_column_once", "drop_column_once")
COLUMN_CHANGES = {"op.add_column", "op.alter_column", "op.drop_column", "add_column_once", "drop_column_once"}
DATA = {"op.execute", "op.bulk_insert"}


def calls(source: str, function: str) -> list[str]:
    """What one function of a revision calls, spelled as in the source: `op.create_table`."""
    body = next(n for n in ast.parse(source).body if isinstance(n, ast.FunctionDef) and n.name == function)
    return [ast.unparse(node.func) for node in ast.walk(body) if isinstance(node, ast.Call)]


def is_one_idea(source: str) -> bool:
    """A few tables that belong together, or changes of what stands, or data: never two of these."""
    steps = [name for name in calls(source, "upgrade") if name.startswith(STEPS)]
    tables, data = steps.count("op.create_table"), len(DATA & set(steps))
    kinds = [tables > 0, bool(COLUMN_CHANGES & set(steps)), data > 0]
    return tables <= MOST_TABLES_OF_ONE_IDEA and sum(kinds) <= 1 and not (data and len(set(steps)) > 1)


def test_the_revisions_form_one_line_and_the_code_knows_its_end() -> None:
    script = ScriptDirectory.from_config(alembic_config())
    assert script.get_heads() == [HEAD]
    assert [revision.branch_labels for revision in script.walk_revisions() if revision.is_branch_point] == []


def test_a_file_is_named_like_its_revision_and_fits_the_version_table() -> None:
    names = [revision.revision for revision in ScriptDirectory.from_config(alembic_config()).walk_revisions()]
    assert sorted(names) == [file.stem for file in FILES]
    assert [name for name in names if len(name) > 32] == []


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.stem)
def test_a_revision_holds_one_idea_and_says_which(file: Path) -> None:
    source = file.read_text()
    assert is_one_idea(source)
    assert ast.get_docstring(ast.parse(source))


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.stem)
def test_a_revision_can_be_taken_back(file: Path) -> None:
    assert any(name.startswith(STEPS) for name in calls(file.read_text(), "downgrade"))


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.stem)
def test_a_revision_spells_every_name_itself(file: Path) -> None:
    """A naming convention of today must not rename what was made long ago."""
    for node in ast.walk(ast.parse(file.read_text())):
        if not isinstance(node, ast.Call):
            continue
        given = {keyword.arg for keyword in node.keywords}
        assert not ast.unparse(node.func).endswith("Constraint") or "name" in given, ast.unparse(node)
        assert not ast.unparse(node.func).endswith("Column") or not given & {"unique", "index", "primary_key"}


@pytest.mark.parametrize(
    "steps",
    [
        "\n    ".join(["op.create_table()"] * 5),
        "op.create_table()\n    op.add_column()",
        "op.create_table()\n    add_column_once()",
        "op.create_table()\n    op.bulk_insert()",
        "op.execute()\n    op.drop_index()",
    ],
)
def test_two_ideas_in_one_revision_are_found(steps: str) -> None:
    assert not is_one_idea(f"def upgrade():\n    {steps}")
