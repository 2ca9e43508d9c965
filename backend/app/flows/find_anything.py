"""Which player an id belongs to, whatever kind of id it is. Reads only.

Reads user_profiles, game_plays, reward_log, wallet_ledger, season_xp_ledger, user_event_log, idempotency_keys,
coupon_codes, promo_claims.
"""

import re
from dataclasses import dataclass
from enum import StrEnum

from app.domain.code_text import typed_key
from app.services import House, Services

PLAY_ID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")
VISIBLE_ASCII = re.compile(r"[!-~]{1,190}")
LONGEST_ID = 18  # digits: a longer number is no id of ours
MOST_PLAYERS = 20


class Found(StrEnum):
    """What an id turned out to be."""

    PLAYER = "PLAYER"
    PLAY = "PLAY"
    REWARD = "REWARD"
    OPERATION = "OPERATION"
    REQUEST = "REQUEST"
    KEY = "KEY"
    COUPON = "COUPON"
    CODE = "CODE"


@dataclass(frozen=True, slots=True)
class Hit:
    """One thing that the id names, and whose it is."""

    what: Found
    user_id: int
    name: str
    reference: str | None = None


async def find_anything(house: House, text: str) -> list[Hit]:
    """Everything that `text` names, players first; nothing when it is no id of ours."""

    async def work(keepers: Services) -> list[Hit]:
        players = (await keepers.player.search(text, after=None, limit=MOST_PLAYERS))[:MOST_PLAYERS]
        hits = [Hit(Found.PLAYER, row["id"], row["nickname"] or row["external_id"]) for row in players]
        hits += await _of_codes(keepers, typed_key(text))
        if VISIBLE_ASCII.fullmatch(text) is None:
            return hits
        for what, owners, reference in (
            (Found.PLAY, await _owner_of_play(keepers, text), _play_id(text)),
            (Found.REWARD, await _owner_of_reward(keepers, text), text),
            (Found.OPERATION, await keepers.report.owners_of_operation(text), text),
            (Found.REQUEST, await keepers.report.owners_of_request(text), text),
            (Found.KEY, await keepers.report.owners_of_key(text), text),
        ):
            hits += [Hit(what, owner, await _name(keepers, owner), reference) for owner in owners]
        return hits

    return await house.read(work)


def _play_id(text: str) -> str:
    return text.removeprefix("PLAY:")[:36].lower()


async def _owner_of_play(keepers: Services, text: str) -> list[int]:
    play_id = _play_id(text)
    play = await keepers.game_log.play(play_id) if PLAY_ID.fullmatch(play_id) else None
    return [play["user_id"]] if play else []


async def _owner_of_reward(keepers: Services, text: str) -> list[int]:
    if not text.isdigit() or len(text) > LONGEST_ID:
        return []
    reward = await keepers.reward.find(int(text))
    return [reward["user_id"]] if reward else []


async def _of_codes(keepers: Services, key: str) -> list[Hit]:
    """Who has a coupon code, or redeemed a promo code, that was typed in whatever way."""
    if not key or not key.isascii():
        return []
    found = [(Found.COUPON, await keepers.coupon.owners_of(key)), (Found.CODE, await keepers.promo.owners_of(key))]
    return [Hit(what, owner, await _name(keepers, owner), key) for what, owners in found for owner in owners]


async def _name(keepers: Services, user_id: int) -> str:
    profile = await keepers.player.profile(user_id)
    return "" if profile is None else profile["nickname"] or profile["external_id"]
