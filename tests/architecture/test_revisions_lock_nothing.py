"""No revision stops a table that is in use, or breaks the code that still runs, without saying why that is fine."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.architecture.house import ROOT, inside
from tests.architecture.revision_locks import objections

REVISIONS = sorted((ROOT / "backend" / "alembic" / "versions").glob("*.py"))
WHY = "# locks: the table has a handful of rows, an operator's"


def found(*steps: str) -> list[str]:
    """The steps that are refused in a revision made of these lines."""
    return [o.step for o in objections("def upgrade() -> None:\n    " + "\n    ".join(steps))]


@pytest.mark.parametrize("file", REVISIONS, ids=lambda file: file.stem)
def test_a_revision_takes_no_lock_without_a_reason(file: Path) -> None:
    refused = [f"{inside(file)}:{o.line} {o.step} {o.why}" for o in objections(file.read_text())]
    assert not refused, "\n".join(refused)


@pytest.mark.parametrize(
    "step",
    [
        'op.add_column("wallets", sa.Column("x", sa.Integer, nullable=False))',
        'add_column_once("wallets", sa.Column("x", sa.Integer, nullable=False))',
        'op.add_column("wallets", sa.Column("x", sa.Integer, sa.ForeignKey("hosts.id")))',
        'op.add_column("wallets", sa.Column("x", sa.Integer, sa.Computed("y + 1", persisted=True)))',
        'op.add_column("wallets", made_elsewhere)',
        'op.alter_column("wallets", "balance", type_=sa.BigInteger)',
        'op.alter_column("wallets", "balance", nullable=False)',
        'op.alter_column("wallets", "balance", nullable=True)',
        'op.alter_column("wallets", "balance", new_column_name="amount")',
        'op.drop_column("wallets", "balance")',
        'drop_column_once("wallets", "balance")',
        'op.drop_table("wallets")',
        'op.rename_table("wallets", "purses")',
        'op.create_foreign_key("fk", "wallets", "hosts", ["a"], ["b"])',
        'op.create_check_constraint("ck", "wallets", "balance > 0")',
        'op.create_unique_constraint("uq", "wallets", ["balance"])',
        'op.create_index("ix", "wallets", ["balance"], unique=True)',
        'create_index_once("ix", "wallets", ["balance"], unique=True)',
        'op.drop_constraint("ck", "wallets")',
        'op.create_primary_key("pk", "wallets", ["id"])',
        'op.execute("ALTER TABLE wallets ADD x INT")',
        'op.execute("UPDATE wallets SET balance = 0")',
        'op.execute("INSERT INTO programs SELECT code FROM seasons")',
        'op.execute("LOCK TABLES wallets WRITE")',
        "op.execute(made_elsewhere)",
        'op.new_step_of_alembic("wallets")',
    ],
)
def test_a_step_that_locks_is_found_and_a_reason_lets_it_pass(step: str) -> None:
    name = step.partition("(")[0]
    assert found(step) == [name]
    assert found(WHY, step) == []
    assert found("# locks: because", step) == [name], "a reason has some words"


def test_a_batch_is_found() -> None:
    assert found('with op.batch_alter_table("wallets") as batch:', '    batch.add_column("x")') == [
        "op.batch_alter_table"
    ]


@pytest.mark.parametrize(
    "step",
    [
        'add_column_once("wallets", sa.Column("x", sa.Integer))',
        'op.add_column("wallets", sa.Column("x", sa.Integer, nullable=False, server_default="0"))',
        'op.alter_column("wallets", "balance", server_default="0", existing_type=sa.BigInteger)',
        'create_index_once("ix", "wallets", ["balance"])',
        'drop_index_once("ix", "wallets")',
        'op.execute("ALTER TABLE wallets ADD x INT, ALGORITHM = INSTANT")',
        'op.execute("ALTER TABLE wallets ADD INDEX (x), ALGORITHM=INPLACE, LOCK=NONE")',
        'op.bulk_insert(programs, [{"code": "main"}])',
    ],
)
def test_a_step_that_locks_nothing_passes(step: str) -> None:
    assert found(step) == []


def test_a_table_that_the_revision_itself_makes_has_no_rows_to_lock() -> None:
    assert found('op.create_table("new")', 'create_index_once("uq", "new", ["x"], unique=True)') == []


def test_the_way_down_may_lock() -> None:
    """It is for a release that failed, with players kept out."""
    assert objections('def upgrade():\n    pass\ndef downgrade():\n    op.drop_table("wallets")') == []


def test_a_reason_that_excuses_nothing_is_refused() -> None:
    assert found(WHY, 'create_index_once("ix", "wallets", ["balance"])') == ["# locks:"]


def test_a_reason_may_have_two_lines() -> None:
    assert found("# locks: the table", "# has a handful of rows", 'op.drop_table("wallets")') == []
