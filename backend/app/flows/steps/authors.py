"""Who wrote what a reward comes from. Reads the operators' log and what stood behind the reward; locks nothing."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from app.domain.causes import COUNTED, authors, cause_of
from app.games import GAMES_BY_FEATURE, GAMES_BY_TOKEN
from app.services import Services


@dataclass(frozen=True, slots=True)
class Given:
    """A reward, as far as it is asked about."""

    id: int
    user_id: int
    operation_id: str
    created_at: datetime


async def authors_of(keepers: Services, rewards: Iterable[Given]) -> dict[int, frozenset[str]]:
    """Everybody who had a hand in what gave each reward, as it stood then: by reward id, `staff:<login>`.

    A level's reward comes from its season and from whatever gave XP in it; a mission's, a rank's and a team's also from
    the rules that counted; a rule's also from the host whose event it was. Of a game only the version that was played
    counts. Acts that only take away are no hand.
    """
    return {reward.id: await _authors(keepers, reward) for reward in rewards}


async def _authors(keepers: Services, reward: Given) -> frozenset[str]:
    operations = [reward.operation_id]
    cause = cause_of(reward.operation_id)
    if cause.kind == "SEASON" and cause.name.isdecimal():
        operations += await keepers.cause.xp(reward.user_id, int(cause.name), until=reward.created_at)
    documents, versions = await _behind(keepers, operations, reward.user_id)
    return authors(await keepers.audit.hands(documents), versions=versions, until=reward.created_at)


async def _behind(keepers: Services, operations: Iterable[str], user_id: int) -> tuple[set[str], set[int]]:
    """The documents behind these operations of a player, as the operators' log names them, and versions of games."""
    by_kind: dict[str, set[str]] = {}
    documents, versions = set[str](), set[int]()
    for operation in operations:
        cause = cause_of(operation)
        documents |= set() if cause.document is None else {cause.document}
        by_kind.setdefault(cause.kind, set()).add(operation if cause.kind in ("CODE", "RULE") else cause.name)
    ask = keepers.cause
    for feature_type, config_id, prize_id in await ask.plays(by_kind.get("PLAY", ())):
        game = f"game:{GAMES_BY_FEATURE[feature_type].code}"
        documents |= {game, f"{game}:prize:{prize_id}"}
        versions.add(config_id)
    documents |= {f"game:{GAMES_BY_TOKEN[token].code}" for token in by_kind.get("TRIAL", ()) if token in GAMES_BY_TOKEN}
    documents |= {f"promo:{campaign}" for campaign in await ask.campaigns(by_kind.get("CODE", ()))}
    events = {operation.partition("#")[0].rpartition(":")[2] for operation in by_kind.get("RULE", ())}
    documents |= {f"host:{host}" for host in await ask.hosts(events)}
    if COUNTED & set(by_kind):
        for rule, host in await ask.counting_rules(user_id):
            documents |= {f"rule:{rule}", f"host:{host}"}
    return documents, versions
