"""Checking everything that a config names: the one place for every kind of config.

What can never work is refused at its field; what may come later is a warning. Reads what is named, nothing more.
"""

from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from app.core.time_utils import kst_date
from app.domain.event_names import Topic
from app.domain.metrics import is_known, is_own
from app.domain.reference_findings import Finding, require_reachable
from app.domain.references import OF_REWARDS, Named, Reference, references_in
from app.flows.steps.prizes_left import codes_left
from app.games import GAMES_BY_FEATURE, GAMES_BY_TOKEN
from app.services import Services
from app.services.reference_service import MissionStanding

REWARD_TYPES = {named: kind.value for kind, named in OF_REWARDS.items()}
Warnings = list[dict[str, Any]]


@dataclass(frozen=True, slots=True)
class ConfigDocument:
    """A config as it is about to stand. `kind` and `key` as the operators' log names it; `key` None: new, nameless.

    `host`: whose players it is for; None: those of all hosts. `until`: the last KST day on which what it promises is
    given. `in_force`: players are promised it from now on.
    """

    kind: str
    key: str | None
    content: Mapping[str, Any]
    host: str | None = None
    until: date | None = None
    in_force: bool = False


async def check_references(
    keepers: Services, document: ConfigDocument, now: datetime, *, code: str = "VALIDATION_ERROR"
) -> Warnings:
    """What to warn of; raises `code` naming each field that refers to what can never be reached."""
    return require_reachable(await find_unreachable(keepers, document, now), code=code)


async def find_unreachable(keepers: Services, document: ConfigDocument, now: datetime) -> list[Finding]:
    """Everything that the document names and nobody can reach, in the order of its fields."""
    named: dict[Named, list[Reference]] = {}
    for reference in references_in(document.content):
        named.setdefault(reference.kind, []).append(reference)
    examiner = _Examiner(keepers, document, now, named)
    return [Finding(code, one.field, one.name) async for code, one in examiner.findings()]


Found = AsyncIterator[tuple[str, Reference]]


class _Examiner:
    """Looks at the names of one document, kind by kind; each kind costs its reads only where it stands."""

    def __init__(
        self, keepers: Services, document: ConfigDocument, now: datetime, named: Mapping[Named, list[Reference]]
    ) -> None:
        self._keepers, self._document, self._now, self._named = keepers, document, now, named
        self._look = keepers.reference

    async def findings(self) -> Found:
        for names in (
            self._hosts, self._programs, self._seasons, self._games, self._tokens, self._metrics, self._reports,
            self._pools, self._badges, self._possessions, self._missions, self._events, self._key_events, self._tracks,
        ):  # fmt: skip
            async for found in names():
                yield found

    def _of(self, kind: Named) -> list[Reference]:
        return self._named.get(kind, [])

    async def _host_id(self) -> int | None:
        hosts = {host.code: host.id for host in await self._keepers.identity.active_hosts()}
        return hosts.get(self._document.host or "")

    async def _hosts(self) -> Found:
        if references := self._of(Named.HOST):
            known = {host.code for host in await self._keepers.identity.active_hosts()}
            for one in references:
                if one.name not in known:
                    yield "UNKNOWN_HOST", one

    async def _programs(self) -> Found:
        for one in self._of(Named.PROGRAM):
            if not await self._keepers.program.is_known(one.name):
                yield "UNKNOWN_PROGRAM", one

    async def _seasons(self) -> Found:
        for one in self._of(Named.SEASON):
            season = await self._look.season(int(one.name))
            if season is None:
                yield "UNKNOWN_SEASON", one
            elif season.end_date < (self._document.until or kst_date(self._now)):
                yield "SEASON_OVER", one
            else:
                if not season.is_active:
                    yield "SEASON_NOT_PUBLISHED", one
                if season.host_id is not None and season.host_id != await self._host_id():
                    yield "OF_ANOTHER_HOST", one

    async def _games(self) -> Found:
        """The games of a bridge's missions: an open bridge can't be changed, so what nobody can play is refused."""
        for one in self._of(Named.GAME):
            code = "UNKNOWN_GAME" if one.name not in GAMES_BY_FEATURE else await self._standing(one.name)
            if code is not None:
                yield "GAME_NEVER_SET_UP" if code == "GAME_NOT_SET_UP" and self._document.in_force else code, one

    async def _standing(self, feature_type: str) -> str | None:
        """Why a game can't be played now; None when it can."""
        found = (await self._look.games()).get(feature_type)
        if found is None or not found.has_config:
            return "GAME_NOT_SET_UP"
        return None if found.is_enabled else "GAME_STOPPED"

    async def _tokens(self) -> Found:
        for one in self._of(Named.TOKEN):
            game = GAMES_BY_TOKEN.get(one.name)
            if game is None:
                yield "UNKNOWN_TOKEN", one
            elif self._is_own(game.feature_type):
                continue
            elif await self._standing(game.feature_type) is not None:
                yield "TICKET_UNUSABLE", one

    def _is_own(self, feature_type: str) -> bool:
        """True in the config of this game itself: it is about to be set up."""
        return (self._document.kind, self._document.key) == ("game", feature_type)

    async def _metrics(self) -> Found:
        for one in self._of(Named.METRIC):
            _, _, feature_type = one.name.partition(".")
            if not is_known(one.name, GAMES_BY_FEATURE):
                yield "UNKNOWN_METRIC", one
            elif not is_own(one.name):
                if one.name not in await self._reported():
                    yield "METRIC_NOT_REPORTED", one
            elif feature_type and (code := await self._standing(feature_type)) is not None:
                yield code, one

    async def _reported(self) -> set[str]:
        """The metrics that rules in force report of these players."""
        host_id = await self._host_id()
        return {
            effect["metric"]
            for owner, config in await self._look.rules()
            if owner is None or host_id is None or owner == host_id
            for effect in config["effects"]
            if effect["kind"] == "COUNT"
        }

    async def _reports(self) -> Found:
        if references := self._of(Named.REPORT):
            counted = await self._look.counted_metrics()
            for one in references:
                if one.name not in counted:
                    yield "METRIC_NOT_COUNTED", one

    async def _pools(self) -> Found:
        wanted: dict[str, int] = {}
        for one in self._of(Named.POOL):
            wanted[one.name] = max(wanted.get(one.name, 0), one.amount)
        left = await codes_left(self._keepers, wanted, self._now)
        for one in self._of(Named.POOL):
            if one.name not in left:
                yield "UNKNOWN_POOL", one
            elif left[one.name] < one.amount:
                yield "PRIZE_OUT_OF_DRAW" if self._document.kind == "game" else "POOL_EMPTY", one

    async def _badges(self) -> Found:
        if references := self._of(Named.BADGE):
            known = await self._keepers.badge.codes()
            for one in references:
                if one.name not in known:
                    yield "UNKNOWN_BADGE", one

    async def _possessions(self) -> Found:
        """Items, resources and what hosts deliver have no list of their own: what nobody else names may be misspelt."""
        for kind in (Named.ITEM, Named.RESOURCE, Named.HOST_REWARD):
            for one in self._of(kind):
                own = (self._document.kind, self._document.key)
                if not await self._look.is_used_elsewhere(REWARD_TYPES[kind], one.name, but_by=own):
                    yield "NAMED_NOWHERE_ELSE", one
        for one in self._of(Named.HOST_REWARD):
            if not await self._look.takes_topic(Topic.REWARD_ORDERED, await self._host_id()):
                yield "NO_WEBHOOK", one

    async def _missions(self) -> Found:
        if references := self._of(Named.MISSION):
            known = await self._look.missions()
            others = {code: mission for code, mission in known.items() if code != self._document.key}
            for one in references:
                mission = others.get(one.name)
                if mission is None:
                    yield "UNKNOWN_MISSION", one
                elif self._document.key in _needed_for(one.name, others):
                    yield "MISSION_CIRCLE", one
                elif not mission.is_active:
                    yield "MISSION_RETIRED", one
                elif mission.host_id is not None and mission.host_id != await self._host_id():
                    yield "OF_ANOTHER_HOST", one

    async def _events(self) -> Found:
        for one in self._of(Named.EVENT):
            if not await self._look.is_seen(one.name):
                yield "EVENT_NEVER_SEEN", one

    async def _key_events(self) -> Found:
        if references := self._of(Named.KEY_EVENT):
            awaited = await self._look.awaited_events(kst_date(self._now))
            for one in references:
                if one.name not in awaited:
                    yield "NO_KEY_WANTED", one

    async def _tracks(self) -> Found:
        if references := self._of(Named.TRACK):
            known = await self._look.tracks(kst_date(self._now))
            for one in references:
                if one.name not in known:
                    yield "NO_SUCH_TRACK", one


def _needed_for(code: str, missions: Mapping[str, MissionStanding]) -> set[str]:
    """Every mission that must be completed before this one, at any depth."""
    found: set[str] = set()
    waiting = [code]
    while waiting:
        mission = missions.get(waiting.pop())
        new = set(mission.requires if mission else ()) - found
        found |= new
        waiting += new
    return found
