"""A sign-in: one family of refresh tokens, and the access tokens that come from it."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from app.config.settings import Settings
from app.core.auth import PLAYER, Principal
from app.core.security import new_secret, sha256_hex
from app.core.tokens import TokenKeys
from app.domain.player import PlayerState
from app.domain.staff import StaffMember
from app.services import Services
from app.utils.random_utils import new_id

STAFF_HOST = "main"  # operators belong to the service itself; their tokens name the host that always is


@dataclass(frozen=True, slots=True, kw_only=True)
class Owner:
    """Whose sign-in it is: a player or an operator, never both."""

    subject: str
    scopes: frozenset[str]
    host_code: str
    view: dict[str, Any]
    user_id: int | None = None
    staff_id: int | None = None
    staff_version: int | None = None
    client: str | None = None


@dataclass(frozen=True, slots=True)
class Family:
    """The chain of refresh tokens of one sign-in. Its end stands from the beginning, however often it is refreshed."""

    id: str
    expires_at: datetime
    token: str = field(default_factory=new_secret, repr=False)


def player_view(player: PlayerState) -> dict[str, Any]:
    """`user` of the contract."""
    return {
        "id": player.id,
        "external_id": player.external_id,
        "nickname": player.nickname,
        "status": "BLOCKED" if player.is_blocked else "ACTIVE",
    }


def player_owner(player: PlayerState, host_code: str) -> Owner:
    """The owner of a player's sign-in."""
    return Owner(
        subject=player.external_id,
        scopes=frozenset({PLAYER}),
        host_code=host_code,
        view=player_view(player),
        user_id=player.id,
    )


def staff_owner(member: StaffMember, *, client: str | None = None) -> Owner:
    """The owner of an operator's sign-in; `client` says from where it was begun."""
    return Owner(
        subject=member.login,
        scopes=member.scopes,
        host_code=STAFF_HOST,
        view={"id": member.id, "external_id": member.login, "nickname": None, "status": "ACTIVE"},
        staff_id=member.id,
        staff_version=member.token_version,
        client=client,
    )


def new_family(settings: Settings, now: datetime) -> Family:
    """The family of a new sign-in."""
    return Family(new_id(now), now + timedelta(seconds=settings.refresh_family_ttl_seconds))


async def open_sessions(
    keepers: Services, settings: Settings, keys: TokenKeys, sessions: Sequence[tuple[Owner, Family]], *, now: datetime
) -> list[dict[str, Any]]:
    """Stores each family's next refresh token; returns the answers that carry them. `now` is of the tokens' clock."""
    refresh_ends_at = now + timedelta(seconds=settings.refresh_ttl_seconds)
    await keepers.identity.add_refresh_tokens(
        [
            {
                "family_id": family.id,
                "user_id": owner.user_id,
                "staff_id": owner.staff_id,
                "token_hash": sha256_hex(family.token),
                "created_at": now,
                "expires_at": min(refresh_ends_at, family.expires_at),
                "family_expires_at": family.expires_at,
                "client": owner.client,
            }
            for owner, family in sessions
        ]
    )
    return [session_answer(settings, keys, owner, family, now=now) for owner, family in sessions]


async def open_session(
    keepers: Services, settings: Settings, keys: TokenKeys, owner: Owner, family: Family, *, now: datetime
) -> dict[str, Any]:
    """As `open_sessions`, of one."""
    [answer] = await open_sessions(keepers, settings, keys, [(owner, family)], now=now)
    return answer


def session_answer(
    settings: Settings, keys: TokenKeys, owner: Owner, family: Family, *, now: datetime
) -> dict[str, Any]:
    """A fresh access token beside the family's refresh token."""
    bearer = Principal(
        subject=owner.subject,
        scopes=owner.scopes,
        host_code=owner.host_code,
        issued_at=now,
        expires_at=now + timedelta(seconds=settings.access_ttl_seconds),
        session_id=family.id,
        staff_version=owner.staff_version,
    )
    return {
        "access_token": keys.sign(bearer),
        "token_type": "bearer",
        "expires_in": settings.access_ttl_seconds,
        "refresh_token": family.token,
        "user": owner.view,
    }
