"""An operator gives a player a premium track of a season, or ends it.

Reads seasons (share-locked), grant_allowances, user_profiles with wallets, season_progress, season_claims,
season_passes and season_counters (locked), idempotency_keys, reward_log. Writes season_passes, season_progress,
season_claims, season_counters, season_xp_ledger, reward_log, wallets, wallet_ledger, user_event_log, outbox,
admin_audit_log, grant_allowances, idempotency_keys.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from pydantic_core import to_json

from app.core.errors import AppError
from app.core.time_utils import kst_date, kst_midnight, kst_text
from app.domain.rule_book import RuleBook
from app.flows.steps.allowances import Allowances, lock_allowances
from app.flows.steps.commands import IdempotencyKey, Result
from app.flows.steps.decide_each import Batch, answer_keys, decide_each
from app.flows.steps.decision import Decision
from app.flows.steps.operators import OperatorCommand
from app.flows.steps.premium import grant_premium, revoke_premium
from app.flows.steps.save_changes import save_changes
from app.services import House, Services
from app.services.idempotency_service import OPERATORS
from app.services.player_state import Wanted

PassKey = tuple[int, int, str]
Row = dict[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class PremiumCommand(OperatorCommand):
    """One player gets one premium track of a season, or loses it when `is_grant` is false."""

    season_id: int
    track: str
    is_grant: bool

    def answer_key(self, idempotency: IdempotencyKey) -> tuple[str, str, str]:
        """The key is the deed's, whoever does it and whoever the player is."""
        return (OPERATORS, "PREMIUM_GRANT" if self.is_grant else "PREMIUM_REVOKE", idempotency.key)

    @property
    def pass_key(self) -> PassKey:
        return (self.user_id, self.season_id, self.track)

    @property
    def operation_prefix(self) -> str:
        """How the operation ids of everything that this track pays begin."""
        return f"SEASON:{self.season_id}:{self.user_id}:{self.track}:"


@dataclass(frozen=True, slots=True)
class Ground:
    """What the commands stand on: the seasons, what the operators may still give, what a track that ends has paid."""

    rules: RuleBook
    allowances: Allowances
    paid: dict[PassKey, list[Row]]


async def change_premium(house: House, commands: Sequence[PremiumCommand]) -> list[Result]:
    """Carries out every command once per idempotency key, whoever sends it; results in the same order.

    A grant back-pays every level already reached, each exactly once. A revocation lists what was paid. What stands
    already is no error: the answer says that nothing changed. Refusals: USER_NOT_FOUND, SEASON_NOT_FOUND,
    TRACK_NOT_FOUND, NO_ACTIVE_SEASON (past the grace period, or a draft), DAILY_LIMIT_REACHED (the operator's own).
    """
    now = house.clock.now()
    today = kst_date(now)

    async def work(keepers: Services) -> list[Result]:
        rules = await keepers.rule_book.chosen((command.season_id for command in commands), today)
        givers = {command.act.actor for command in commands if command.is_grant}
        allowances = await lock_allowances(house, keepers, [(actor, ()) for actor in givers], today)
        wanted = Wanted.of(rules, wallets=True, claims=True)
        players = await keepers.player.lock((command.user_id for command in commands), wanted)
        answers = await keepers.idempotency.stored(answer_keys(commands))
        paid = {
            command.pass_key: await keepers.reward.of_operations(command.user_id, command.operation_prefix)
            for command in commands
            if not command.is_grant
        }
        gifts = await keepers.reward.gifts(players, givers, since=kst_midnight(today))
        batch = Batch(players, rules, answers, now, house.approval, gifts=gifts)
        notes: list[tuple[PremiumCommand, Row]] = []
        ground = Ground(rules, allowances, paid)
        results = decide_each(batch, commands, lambda decision, c: _change(decision, c, ground, notes))
        await save_changes(keepers, batch.changes)
        await allowances.save(keepers)
        for command, answer in notes:
            await keepers.audit.add(
                command.act,
                "PREMIUM_GRANTED" if command.is_grant else "PREMIUM_REVOKED",
                f"player:{command.user_id}",
                before={"is_owned": not command.is_grant},
                after={name: answer[name] for name in ("season_id", "track", "is_owned", "paid")},
                now=now,
            )
        return results

    return await house.write(work)


def _change(
    decision: Decision,
    command: PremiumCommand,
    ground: Ground,
    notes: list[tuple[PremiumCommand, Row]],
) -> bytes:
    season = next((s for s in ground.rules.open_to(decision.player) if s.id == command.season_id), None)
    if season is None:
        raise AppError("SEASON_NOT_FOUND")
    decision.season = season
    if command.is_grant:
        # what the track pays is the season's promise, so its sum is not refused; but it counts, and one must be left
        ground.allowances.require_room(command.act.actor, {}, 1)
        recorded = len(decision.changes.rewards)
        is_changed = grant_premium(decision, command.track)
        given = [reward.grant for reward in decision.changes.rewards[recorded:]]
        ground.allowances.use(command.act.actor, {}, decision.approval.worth(given))
        rows = [
            reward.grant.view() | {"operation_id": reward.operation_id, "state": reward.state.value}
            for reward in decision.changes.rewards[recorded:]
            if reward.operation_id.startswith(command.operation_prefix)
        ]
    else:
        is_changed = revoke_premium(decision, command.track)
        rows = [_shown(row) for row in ground.paid[command.pass_key]]
    answer = {
        "result": "OK",
        "is_changed": is_changed,
        "season_id": season.id,
        "user_id": decision.player.id,
        "external_id": decision.player.external_id,
        "track": command.track,
        "is_owned": command.is_grant,
        "paid": [{"level": _level_of(row["operation_id"]), **row} for row in rows],
        "server_time": kst_text(decision.now),
    }
    if is_changed:
        notes.append((command, answer))
    return to_json(answer)


def _shown(row: Row) -> Row:
    """A stored reward as every answer shows it."""
    shown = {"reward_type": row["reward_type"], "reward_amount": row["amount"]}
    shown |= {name: row[name] for name in ("token_type", "code") if row[name] is not None}
    return shown | {"operation_id": row["operation_id"], "state": row["state"]}


def _level_of(operation_id: str) -> int:
    """SEASON:<season>:<player>:<track>:<level>, with #2 and so on behind it for the second part of a bundle."""
    return int(operation_id.rpartition(":")[2].partition("#")[0])
