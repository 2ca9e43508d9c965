"""Every table that says whose a row is has a decision for a merge; a new table can't come in without one."""

from app.domain.merging import MERGING
from app.domain.privacy import DECISIONS
from app.models import metadata


def test_every_table_that_says_whose_a_row_is_is_named_by_the_merge() -> None:
    named = {name for name, table in metadata.tables.items() if "user_id" in table.columns}
    refers = {
        name
        for name, table in metadata.tables.items()
        for foreign in table.foreign_keys
        if foreign.column.table.name == "user_profiles"
    }
    assert named | refers | set(DECISIONS) == set(MERGING)
    assert [name for name, what in MERGING.items() if len(what) < 10] == []
