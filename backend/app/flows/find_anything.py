"""Which player an id belongs to, whatever kind of id it is. Reads only.

Reads user_profiles, game_plays, reward_log, wallet_ledger, season_xp_ledger, user_event_log, idempotency_keys,
coupon_codes, promo_claims.
"""

import re
from dataclasses import dataclass
from enum import StrEnum
from itertools import groupby

from app.core.numbers import whole_number
from app.domain.code_text import typed_key
from app.services import House, Services

PLAY_ID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")
VISIBLE_ASCII = re.compile(r"[!-~]{1,190}")
LONGEST_ID = 18  # digits: a longer number is no id of ours
MOST = 20  # of each kind


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


@dataclass(frozen=True, slots=True)
class Hits:
    """What an id names, of each kind the first 20; `has_more`: a kind has others."""

    items: list[Hit]
    has_more: bool


async def find_anything(house: House, text: str) -> Hits:
    """Everything that `text` names, players first; nothing when it is no id of ours."""
    hits = await house.read(lambda keepers: _hits(keepers, text))
    kinds = [[*some] for _, some in groupby(hits, key=lambda hit: hit.what)]
    return Hits([hit for some in kinds for hit in some[:MOST]], any(len(some) > MOST for some in kinds))


async def _hits(keepers: Services, text: str) -> list[Hit]:
    """What the text names, kind by kind: at most one more of each than is shown."""
    players = await keepers.player.search(text, after=None, limit=MOST)
    hits = [Hit(Found.PLAYER, row["id"], row["nickname"] or row["external_id"]) for row in players]
    hits += await _of_codes(keepers, typed_key(text))
    if VISIBLE_ASCII.fullmatch(text) is None:
        return hits
    for what, owners, reference in (
        (Found.PLAY, await _owner_of_play(keepers, text), _play_id(text)),
        (Found.REWARD, await _owner_of_reward(keepers, text), text),
        (Found.OPERATION, await keepers.report.owners_of_operation(text, limit=MOST), text),
        (Found.REQUEST, await keepers.report.owners_of_request(text, limit=MOST), text),
        (Found.KEY, await keepers.report.owners_of_key(text, limit=MOST), text),
    ):
        hits += [Hit(what, owner, await _name(keepers, owner), reference) for owner in owners]
    return hits


def _play_id(text: str) -> str:
    return text.removeprefix("PLAY:")[:36].lower()


async def _owner_of_play(keepers: Services, text: str) -> list[int]:
    play_id = _play_id(text)
    play = await keepers.game_log.play(play_id) if PLAY_ID.fullmatch(play_id) else None
    return [play["user_id"]] if play else []


async def _owner_of_reward(keepers: Services, text: str) -> list[int]:
    number = whole_number(text, most_digits=LONGEST_ID)
    if number is None:
        return []
    reward = await keepers.reward.find(number)
    return [reward["user_id"]] if reward else []


async def _of_codes(keepers: Services, key: str) -> list[Hit]:
    """Who has a coupon code, or redeemed a promo code, that was typed in whatever way."""
    if not key or not key.isascii():
        return []
    found = [
        (Found.COUPON, await keepers.coupon.owners_of(key)),
        (Found.CODE, await keepers.promo.owners_of(key, limit=MOST)),
    ]
    return [Hit(what, owner, await _name(keepers, owner), key) for what, owners in found for owner in owners]


async def _name(keepers: Services, user_id: int) -> str:
    profile = await keepers.player.profile(user_id)
    return "" if profile is None else profile["nickname"] or profile["external_id"]
