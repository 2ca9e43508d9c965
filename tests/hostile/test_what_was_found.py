"""What Schemathesis and the battery found once, each as small as it could be made."""

from __future__ import annotations

from tests.world import World


async def test_a_call_with_nothing_but_a_bad_event_is_answered(world: World) -> None:
    """Nobody was to be locked, and MariaDB knows no empty list."""
    headers = await world.token("main", "host")
    bad = {"id": "1", "source": "/a", "type": "t", "subject": ""}
    answer = await world.ok("POST", "/api/events", json=bad, headers=headers)
    assert (answer["rejected"], answer["results"][0]["code"]) == (1, "EVENT_INVALID")


async def test_a_promotion_of_no_name_we_could_have_given_is_not_found(world: World) -> None:
    """MariaDB refuses to compare an ASCII column with other text."""
    kim = await world.player("kim")
    for name in ("\u00e9", "%F0%9F%92%A5", "x" * 500, "a b"):
        refusal = await world.code("GET", f"/api/promotions/{name}", headers=kim.headers)
        assert refusal == (404, "PROMO_NOT_FOUND")
