"""What an invariant is."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Check:
    """One invariant: its SQL must return no row. A `?` in it stands for the latest instant that a row may carry.

    The numbers I1…I26 are those of the reliability plan. Each check has a test that plants one violation and sees
    exactly this check fire.
    """

    name: str
    promise: str
    sql: str


def complete_since(table: str) -> str:
    """SQL of the instant from which a table of history is complete: what `ops retain` last said it deletes."""
    name = f"history:{table}:"
    after_name = f"history:{table};"  # the sign behind the colon: ends the range of the prefix
    return f"""(
        SELECT COALESCE(MAX(SUBSTR(target, {len(name) + 1})), '1000-01-01 00:00:00.000000') FROM admin_audit_log
        WHERE action = 'HISTORY_DELETED' AND target > '{name}' AND target < '{after_name}'
    )"""
