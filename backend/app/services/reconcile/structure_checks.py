"""The structure that every other promise rests on: keys, constraints and tables as this version made them."""

from sqlalchemy import CheckConstraint, ForeignKeyConstraint, Integer, Table, UniqueConstraint

from app.db.base import metadata
from app.db.schema import HEAD
from app.db.statements import Flavour
from app.services.reconcile.check import Check, Rows

# the keys that make "once" a fact
ONCE = {
    ("reward_log", "operation_id"),
    ("wallet_ledger", "operation_id,reason"),
    ("season_xp_ledger", "operation_id"),
    ("idempotency_keys", "actor,operation,idempotency_key"),
}
Named = tuple[str, str]


def keys_of_models() -> set[Named]:
    """(table, its columns) of every key, but for plain row numbers: those are SQLite's own row ids and no index."""
    return {(table.name, key) for table in metadata.tables.values() for key in _keys(table)}


def _keys(table: Table) -> list[str]:
    unique = [c.columns for c in table.constraints if isinstance(c, UniqueConstraint)]
    unique += [index.columns for index in table.indexes if index.unique]
    primary = list(table.primary_key.columns)
    if len(primary) > 1 or not isinstance(primary[0].type, Integer):
        unique.append(table.primary_key.columns)
    return [",".join(column.name for column in columns) for columns in unique]


def constraints_of_models() -> set[Named]:
    """(table, name) of every CHECK and foreign key."""
    return {
        (table.name, str(constraint.name))
        for table in metadata.tables.values()
        for constraint in table.constraints
        if isinstance(constraint, CheckConstraint | ForeignKeyConstraint)
    }


def _standing_keys(flavour: Flavour) -> str:
    if flavour is Flavour.SQLITE:
        return """
            SELECT m.name, (SELECT GROUP_CONCAT(c.name) FROM pragma_index_info(i.name) c)
            FROM sqlite_master m, pragma_index_list(m.name) i WHERE m.type = 'table' AND i."unique" = 1
        """
    return """
        SELECT table_name, GROUP_CONCAT(column_name ORDER BY seq_in_index SEPARATOR ',')
        FROM information_schema.statistics WHERE table_schema = DATABASE() AND non_unique = 0
        GROUP BY table_name, index_name
    """


def _repeated_and_keys(flavour: Flavour) -> str:
    """Causes that have more than one reward; and every key that stands."""
    return f"""
        SELECT 'repeated', operation_id FROM reward_log GROUP BY operation_id HAVING COUNT(*) > 1
        UNION ALL SELECT * FROM ({_standing_keys(flavour)}) standing
    """


def _standing_constraints(flavour: Flavour) -> str:
    if flavour is Flavour.SQLITE:
        return "SELECT name, sql FROM sqlite_master WHERE type = 'table'"
    return """
        SELECT table_name, constraint_name FROM information_schema.table_constraints
        WHERE constraint_schema = DATABASE() AND constraint_type IN ('CHECK', 'FOREIGN KEY')
    """


def _tables_and_session(flavour: Flavour) -> str:
    revision = f"SELECT 'alembic_version', version_num FROM alembic_version WHERE version_num <> '{HEAD}'"
    if flavour is Flavour.SQLITE:
        return revision
    names = ", ".join(f"'{name}'" for name in metadata.tables)
    return f"""
        {revision}
        UNION ALL
        SELECT table_name, CONCAT(engine, ' ', table_collation) FROM information_schema.tables
        WHERE table_schema = DATABASE() AND table_name IN ({names})
            AND (engine <> 'InnoDB' OR table_collation <> 'utf8mb4_bin')
        UNION ALL
        SELECT 'sql_mode', @@SESSION.sql_mode FROM DUAL WHERE INSTR(@@SESSION.sql_mode, 'STRICT_') = 0
    """


def _repeated_or_unguarded(rows: Rows) -> Rows:
    standing = {(table, key) for table, key in rows}
    return [row for row in rows if row[0] == "repeated"] + sorted(ONCE - standing)


def _missing_keys(rows: Rows) -> Rows:
    return sorted(keys_of_models() - ONCE - {(table, key) for table, key in rows})


def _missing_constraints(rows: Rows) -> Rows:
    """On SQLite a table's own text holds the names of its constraints."""
    standing: dict[str, str] = {}
    for table, text in rows:
        standing[table] = f"{standing.get(table, '')} {text} "
    return sorted(
        (table, name)
        for table, name in constraints_of_models()
        if not any(f"{name}{end}" in standing.get(table, "") for end in (" ", "("))
    )


STRUCTURE_CHECKS: tuple[Check, ...] = (
    Check(
        "I4 once for a cause",
        "no cause has two rewards, and the keys that see to it stand",
        _repeated_and_keys,
        judge=_repeated_or_unguarded,
    ),
    Check("I24 keys stand", "every unique key of this version is there", _standing_keys, judge=_missing_keys),
    Check(
        "I24 constraints stand",
        "every CHECK and every foreign key of this version is there",
        _standing_constraints,
        judge=_missing_constraints,
        also=("I3", "I23"),
    ),
    Check(
        "I24 tables as they were made",
        "InnoDB, utf8mb4_bin, a strict sql_mode and this version's revision",
        _tables_and_session,
    ),
)
