"""What an invariant is."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from app.db.statements import Flavour

Rows = Sequence[Sequence[Any]]
# of rewards `r` that may be earned anew after they were lost: the name without its round (`~n`), and how many stand
FIRST_NAME = """CASE WHEN INSTR(r.operation_id, '~') > 0
    THEN SUBSTR(r.operation_id, 1, INSTR(r.operation_id, '~') - 1) ELSE r.operation_id END"""
STANDING = "SUM(CASE WHEN r.state NOT IN ('REVERSED', 'REJECTED') THEN 1 ELSE 0 END)"

# what each number of the reliability plan promises; every one but the last has at least one check
INVARIANTS: dict[str, str] = {
    "I1": "every balance is the sum of its ledger",
    "I2": "every movement has a counter-account, in that account's direction",
    "I3": "nothing is negative",
    "I4": "a cause has one reward and a key one answer",
    "I5": "every reward has its one effect, and every effect its one reward",
    "I6": "every stored answer is whole and has its effect",
    "I7": "at most one daily stamp a player and KST day, on that day, inside the season",
    "I8": "progress, levels and scores are what their logs add up to",
    "I9": "a level, milestone, mission or rank is paid once, and only when it was reached",
    "I10": "key counters are the keys, and each key is of its day",
    "I11": "pending points are those of the unsettled keys",
    "I12": "pending points are settled once, with their amount, for those entitled",
    "I13": "a batch counted what stands in the tables, and nothing due is left",
    "I14": "each job has one run for each day, and none is lost",
    "I15": "every play costs its tickets once and has one number, one PLAY and one RESULT",
    "I16": "stock: start + restocks - left = won",
    "I17": "a code belongs to one player, and each delivered one has its reward",
    "I18": "a draw can be computed again from its config, its rolls and what it saw",
    "I19": "no value moved while its door was closed",
    "I20": "what hosts must hear is announced once and told to nobody else",
    "I21": "the operators' log is what was sealed",
    "I22": "operators' gifts have a reason, count against a cap, and are approved by a second person",
    "I23": "no orphan and no row from the future",
    "I24": "keys, constraints, engine, character set, sql_mode and revision are those of this version",
    "I25": "a sign-in has at most one live refresh token",
    # what clients were told is known outside the service only: the fault suite compares it after each run
    "I26": "every acknowledged answer stands in the database",
    "I27": "accounts that were merged are closed, and what they had is their player's, once",
}
OUTSIDE = frozenset({"I26"})


@dataclass(frozen=True, slots=True)
class Check:
    """One invariant: its SQL must return no row, or `judge` find none among the rows it returned.

    The name begins with the number that it proves; `also` holds further ones. A `?` in the SQL stands for the latest
    instant that a row may carry. Each check has a test that plants one violation and sees exactly this check fire.
    """

    name: str
    promise: str
    sql: str | Callable[[Flavour], str]
    also: tuple[str, ...] = ()
    judge: Callable[[Rows], Rows] | None = None

    @property
    def numbers(self) -> tuple[str, ...]:
        """The numbers of INVARIANTS that it proves."""
        return (self.name.split()[0], *self.also)

    def text(self, flavour: Flavour) -> str:
        return self.sql if isinstance(self.sql, str) else self.sql(flavour)


def kst_day(column: str, flavour: Flavour) -> str:
    """SQL of the KST day of an instant."""
    return f"date({column}, '+9 hours')" if flavour is Flavour.SQLITE else f"DATE({column} + INTERVAL 9 HOUR)"


def complete_since(table: str) -> str:
    """SQL of the instant from which a table of history is complete: what `ops retain` last said it deletes."""
    name = f"history:{table}:"
    after_name = f"history:{table};"  # the sign behind the colon: ends the range of the prefix
    return f"""(
        SELECT COALESCE(MAX(SUBSTR(target, {len(name) + 1})), '1000-01-01 00:00:00.000000') FROM admin_audit_log
        WHERE action = 'HISTORY_DELETED' AND target > '{name}' AND target < '{after_name}'
    )"""


def same_player(one: str, other: str) -> str:
    """SQL that is true when two accounts are one player's: the same, or one became part of the other."""
    player = "COALESCE((SELECT m.merged_into FROM user_profiles m WHERE m.id = {}), {})"
    return f"({one} = {other} OR {player.format(one, one)} = {player.format(other, other)}) "


def never_joined(account: str) -> str:
    """SQL that is true of an account that no other became part of."""
    return f"NOT EXISTS (SELECT 1 FROM user_profiles m WHERE m.merged_into = {account}) "


def own_account(account: str) -> str:
    """SQL that is true of an account that is no other's part."""
    return f"NOT EXISTS (SELECT 1 FROM user_profiles m WHERE m.id = {account} AND m.merged_into IS NOT NULL) "
