"""Reconcile finds nothing in an honest database, and one planted violation makes exactly its own check fire."""

import pytest

from app.domain.reference import DICE
from tests.admin.desk import desk_of
from tests.goals import boards
from tests.planting import honest
from tests.play.prizes import lottery, prize
from tests.world import Person, World, key


def paid_out(operation_id: str, source: str) -> tuple[str, ...]:
    """What somebody with the serving account would write to be paid: a reward, its entry, the balance."""
    return (
        f"""INSERT INTO reward_log (user_id, operation_id, source, reward_type, amount, state, attempts, created_at,
            updated_at) VALUES (:u, '{operation_id}', '{source}', 'POINT', 500, 'GRANTED', 1,
            '2025-12-10 00:00:00.000000', '2025-12-10 00:00:00.000000')""",
        f"""INSERT INTO wallet_ledger (user_id, token_type, delta, balance_after, reason, operation_id, created_at)
            SELECT :u, 'POINT', 500, balance + 500, 'PLAY_REWARD', '{operation_id}', '2025-12-10 00:00:00.000000'
            FROM wallets WHERE user_id = :u AND token_type = 'POINT'""",
        "UPDATE wallets SET balance = balance + 500 WHERE user_id = :u AND token_type = 'POINT'",
    )


# check → the statements that break exactly it. `:u` is the player, `:s` the season.
PLANTED: dict[str, tuple[str, ...]] = {
    "I1 balance = ledger": ("UPDATE wallets SET balance = balance + 1 WHERE user_id = :u AND token_type = 'POINT'",),
    "I1 ledger has wallet": ("DELETE FROM wallets WHERE user_id = :u AND token_type = 'POINT'",),
    "I1 ledger chain": (
        "UPDATE wallet_ledger SET balance_after = balance_after + 5 WHERE user_id = :u AND token_type = 'POINT'",
    ),
    "I2 counter-account": ("UPDATE wallet_ledger SET reason = 'FOUND' WHERE reason = 'ADMIN_GRANT'",),
    "I3 nothing negative": ("UPDATE season_progress SET internal_wins = -1 WHERE user_id = :u",),
    "I5 reward has effect": ("UPDATE reward_log SET amount = amount + 1 WHERE user_id = :u AND source = 'SEASON'",),
    "I5 effect has reward": ("DELETE FROM reward_log WHERE user_id = :u AND source = 'ROULETTE'",),
    "I5 XP reward has effect": ("UPDATE season_xp_ledger SET operation_id = 'moved' WHERE source = 'REWARD'",),
    "I5 source is known": ("UPDATE reward_log SET source = 'GIFT' WHERE user_id = :u AND source = 'ROULETTE'",),
    **{
        check: paid_out(operation_id, source)
        for check, source, operation_id in (
            ("I15 reward has its play", "DICE", "PLAY:01234567-89ab-cdef-0123-456789abcdef"),
            ("I5 trial ticket has its event", "TRIAL", "TRIAL:1:DICE_TOKEN:2025-12-10:1"),
            ("I9 season reward was earned", "SEASON", "SEASON:1:1:FREE:7"),
            ("I12 bridge reward has its key", "BRIDGE", "BRIDGE:NEW_YEAR:1:POINT"),
        )
    },
    "I21 row has its act": (
        """INSERT INTO staff (login, scopes, is_active, token_version, created_at)
           VALUES ('mallory', 'admin', 1, 1, '2025-12-10 00:00:00')""",
    ),
    "I21 document is as told": ("UPDATE leaderboards SET config = REPLACE(config, 'title_ko', 'titel')",),
    "I21 season is as told": ("UPDATE season_level_rewards SET reward_amount = reward_amount + 1",),
    "I21 rights are as told": ("UPDATE feature_config SET is_enabled = 0 WHERE feature_type = 'DICE'",),
    "I6 play has answer": ("DELETE FROM idempotency_keys WHERE operation = 'PLAY'",),
    "I6 answer is whole": ("UPDATE idempotency_keys SET status = 500 WHERE operation = 'PLAY'",),
    "I7 stamp day": ("UPDATE season_stamp_log SET stamp_date = '2025-12-11' WHERE user_id = :u",),
    "I8 progress = stamps": ("UPDATE season_progress SET total_stamps = 9 WHERE user_id = :u",),
    "I8 progress = XP ledger": ("UPDATE season_progress SET current_xp = 21 WHERE user_id = :u",),
    "I8 level = f(XP)": (
        "UPDATE season_claims SET taken_back_at = created_at WHERE user_id = :u",
        "UPDATE season_progress SET current_level = 0 WHERE user_id = :u",
    ),
    "I8 stamp XP": ("UPDATE season_stamp_log SET xp_earned = 19 WHERE user_id = :u",),
    "I9 claim was open": (
        """INSERT INTO season_claims (user_id, season_id, track, level, is_auto, created_at)
           VALUES (:u, :s, 'FREE', 9, 0, '2025-12-10 00:00:00.000000')""",
    ),
    "I9 auto level is paid": ("UPDATE season_claims SET taken_back_at = created_at WHERE user_id = :u",),
    "I15 play costs a ticket": ("UPDATE game_plays SET cost = 2 WHERE user_id = :u",),
    "I15 play has events": ("DELETE FROM user_event_log WHERE event_type = 'RESULT'",),
    "I15 play numbers": ("UPDATE game_plays SET play_no = 7 WHERE user_id = :u",),
    "I16 stock = start + restocks": ("UPDATE prize_stock SET supply = supply + 1 WHERE prize_id = 101",),
    "I16 stock - left = won": ("UPDATE game_plays SET stock_unit_no = 2 WHERE stock_prize_id = 9001",),
    "I18 config is untouched": ("UPDATE game_configs SET config_hash = 'planted' WHERE feature_type = 'DICE'",),
    "I18 draw is what was rolled": (
        "UPDATE game_plays SET prize = REPLACE(prize, 'label', 'lable') WHERE user_id = :u",
    ),
    "I19 no claim after the grace": (
        "UPDATE season_claims SET is_auto = 0, created_at = '2026-02-01 00:00:00.000000' WHERE user_id = :u",
    ),
    "I19 no play while stopped": (
        """INSERT INTO feature_history (feature_type, is_enabled, reason, actor, created_at)
           VALUES ('ROULETTE', 0, 'planted', 'test', '2025-12-10 02:59:59.000000')""",
    ),
    "I21 log is as sealed": (
        "UPDATE admin_audit_log SET actor = 'staff:planted' WHERE action = 'GAME_CONFIG_ACTIVATED'",
    ),
    "I22 gift has its reason": (
        """INSERT INTO reward_log (user_id, operation_id, source, reward_type, amount, state, attempts, created_at,
           updated_at) VALUES (:u, 'ADMIN:planted', 'ADMIN', 'ITEM', 5, 'PENDING', 1, '2025-12-10 00:00:00.000000',
           '2025-12-10 00:00:00.000000')""",
    ),
    "I22 allowance = gifts": ("UPDATE grant_allowances SET granted = granted + 1",),
    "I23 no orphan": (
        """INSERT INTO user_event_log (user_id, event_type, facts, created_at)
           VALUES (987654321, 'PAGE', '{}', '2025-12-10 00:00:00.000000')""",
    ),
    "I25 one live token": tuple(
        f"""INSERT INTO refresh_tokens (family_id, user_id, token_hash, created_at, expires_at, family_expires_at)
            VALUES ('one', :u, '{n}', '2025-12-10 00:00:00', '2025-12-11 00:00:00', '2025-12-11 00:00:00')"""
        for n in (1, 2)
    ),
    "I23 no row from the future": ("UPDATE user_event_log SET created_at = '2035-01-01 00:00:00.000000'",),
}


async def lived_in(world: World) -> Person:
    """A player who stamped, reached a level, played and won; what operators did for that is sealed."""
    await world.configure(
        "roulette",
        {
            "name": "always wins",
            "segments": [
                {"slot_index": n, "label": "p", "weight": 1, "reward_type": "POINT", "reward_amount": 10}
                for n in range(6)
            ],
        },
    )
    await world.configure("lottery", lottery(prize(9001, stock=5, points=3)))
    xp = {"reward_type": "XP", "reward_amount": 5}
    await world.configure("dice", DICE | {"trial": None, "win": xp, "draw": xp, "lose": xp})
    desk = await desk_of(world, "kim@example.com", "admin")
    await desk.ok("POST", "/leaderboards", boards.board())
    player = await world.player("kim", ROULETTE_COIN=3, LOTTERY_TICKET=1, DICE_TOKEN=1)
    await world.ok("POST", "/api/season-pass/stamp", headers=player.headers)
    for game in ("roulette", "lottery", "dice"):
        await world.ok("POST", f"/api/{game}/play", headers=player.headers | key())
    now = world.clock.now()
    assert await world.house.write(lambda keepers: keepers.seal.seal(now=now))
    return player


@pytest.mark.parametrize("check", PLANTED)
async def test_a_planted_violation_makes_exactly_its_check_fire(world: World, check: str) -> None:
    player = await honest(world, lived_in)
    for statement in PLANTED[check]:
        params = {name: value for name, value in (("u", player.id), ("s", world.season_id)) if f":{name}" in statement}
        await world.sql(statement, **params)
    assert list(await world.differences()) == [check]
