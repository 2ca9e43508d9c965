"""Ending a player's sign-in before its access tokens end by themselves."""

from datetime import datetime

from app.core.claims import LEEWAY
from app.domain.event_names import EventType
from app.domain.records import Event
from app.services import Services


async def end_player_session(
    keepers: Services,
    user_id: int,
    session_id: str,
    *,
    tokens_end_at: datetime,
    tokens_now: datetime,
    why: str,
    request_id: str | None,
    now: datetime,
) -> None:
    """Makes every access token of the sign-in count as revoked, and notes AUTH_LOGOUT. The player is locked.

    `tokens_end_at` and `tokens_now` are of the tokens' clock, `now` of the business clock.
    """
    await keepers.identity.revoke_session(user_id, session_id, expires_at=tokens_end_at + LEEWAY, now=tokens_now)
    event = Event(user_id, EventType.AUTH_LOGOUT, None, session_id, {"why": why}, request_id, now)
    await keepers.event_log.add([event])
