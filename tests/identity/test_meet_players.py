"""When an event opens, thousands come within one second: each new player is made once, and nobody is sent away."""

import asyncio
from typing import Any

from app.core.auth import Principal
from app.core.errors import AppError
from app.flows.issue_token import issue_token
from app.flows.presence import Presence
from app.flows.sign_in import SignIn
from app.flows.steps.commands import PlayerCommand
from tests.identity.door import Door
from tests.statements import counted


async def principals_of(door: Door, names: list[tuple[str, str]]) -> list[Principal]:
    """What the tokens of these players of these hosts say."""
    tokens = [
        await issue_token(door.house, door.keys, subject=name, host=code, ttl_seconds=3600) for code, name in names
    ]
    return [await door.authenticator.principal(token) for token in tokens]


async def meet_at_once(door: Door, principals: list[Principal]) -> list[int]:
    return await asyncio.gather(
        *(door.authenticator.player_id(who, request_id=f"request-{n}") for n, who in enumerate(principals))
    )


async def test_300_new_players_share_a_handful_of_transactions(door: Door) -> None:
    """With one connection for each of them a third of a thousand was sent away (ADR 206)."""
    principals = await principals_of(door, [("main", f"new-{n}") for n in range(300)])
    with counted(door.house) as asked:
        assert len(set(await meet_at_once(door, principals))) == 300
    assert 0 < asked.commits <= 8
    made = "SELECT COUNT(DISTINCT u.id), COUNT(*) FROM user_profiles u JOIN user_event_log e ON e.user_id = u.id"
    assert await door.world.rows(f"{made} WHERE e.event_type = 'AUTH_LOGIN'") == [(300, 300)]


async def test_one_new_player_with_many_requests_signs_in_once_with_the_first(door: Door) -> None:
    [principal] = await principals_of(door, [("main", "kim")])
    assert len(set(await meet_at_once(door, [principal] * 50))) == 1
    assert await door.world.rows("SELECT request_id FROM user_event_log") == [("request-0",)]


async def test_known_players_cost_a_process_that_just_started_no_transaction(door: Door) -> None:
    principals = await principals_of(door, [("main", f"known-{n}") for n in range(100)])
    met = await meet_at_once(door, principals)
    restarted = Door.of(door.world)
    await restarted.authenticator.host("main")  # all would wait for the first look at the hosts
    with counted(door.house) as asked:
        assert await meet_at_once(restarted, principals) == met
    assert asked.commits == 0
    assert len(asked.statements) <= 8


async def test_each_gets_their_own_row_of_their_own_host(door: Door) -> None:
    """Three hosts name their players alike, one of whom is known, and all come in the same moment."""
    for code in ("left", "right"):
        await door.add_host(code)
    names = [(code, name) for code in ("main", "left", "right") for name in ("kim", "lee")]
    principals = await principals_of(door, names)
    await meet_at_once(door, principals[:1])
    met = await meet_at_once(Door.of(door.world), principals)
    rows = await door.world.rows(
        "SELECT h.code, u.external_id, u.id FROM user_profiles u JOIN hosts h ON h.id = u.host_id"
    )
    assert {(code, name): user_id for code, name, user_id in rows} == dict(zip(names, met, strict=True))
    assert await door.world.rows("SELECT COUNT(*) FROM user_event_log WHERE event_type = 'AUTH_LOGIN'") == [(6,)]


async def sign_in_at_once(door: Door, who: list[tuple[str, str | None]]) -> list[dict[str, Any] | AppError]:
    """By their host's word: (external id, nickname) of each."""
    host = await door.authenticator.host("main")
    sign_ins = [SignIn(host=host, external_id=name, nickname=nick, request_id=None) for name, nick in who]
    submit = door.world.container.sign_ins.submit
    return await asyncio.gather(*map(submit, sign_ins), return_exceptions=True)  # type: ignore[return-value]


async def test_300_sign_ins_share_a_handful_of_transactions_and_each_gets_tokens_of_their_own(door: Door) -> None:
    with counted(door.house) as asked:
        answers = await sign_in_at_once(door, [(f"fan-{n}", f"이름{n}") for n in range(300)])
    assert 0 < asked.commits <= 8
    for n, answer in enumerate(answers):
        assert isinstance(answer, dict)
        assert (answer["user"]["external_id"], answer["user"]["nickname"]) == (f"fan-{n}", f"이름{n}")
        assert (await door.authenticator.principal(answer["access_token"])).subject == f"fan-{n}"
    assert len({answer["refresh_token"] for answer in answers if isinstance(answer, dict)}) == 300
    made = "SELECT COUNT(*) FROM user_profiles u JOIN refresh_tokens t ON t.user_id = u.id WHERE u.version = 1"
    assert await door.world.rows(made) == [(300,)]
    assert (await door.refreshed(answers[7]["refresh_token"]))["user"]["external_id"] == "fan-7"  # type: ignore[index]


async def test_a_blocked_player_is_refused_alone_and_keeps_the_name(door: Door) -> None:
    await sign_in_at_once(door, [("kim", "하늘"), ("lee", "바다")])
    await door.world.sql("UPDATE user_profiles SET is_blocked = 1 WHERE external_id = 'kim'")
    kim, lee, park = await sign_in_at_once(door, [("kim", "구름"), ("lee", "파도"), ("park", None)])
    assert isinstance(kim, AppError)
    assert kim.code == "USER_BLOCKED"
    assert isinstance(lee, dict)
    assert isinstance(park, dict)
    assert (lee["user"]["external_id"], park["user"]["external_id"]) == ("lee", "park")
    names = dict(await door.world.rows("SELECT external_id, nickname FROM user_profiles"))
    assert names == {"kim": "하늘", "lee": "파도", "park": None}
    assert await door.world.rows("SELECT COUNT(*) FROM refresh_tokens") == [(4,)]


async def test_one_player_twice_in_one_moment_is_signed_in_twice_under_the_last_name(door: Door) -> None:
    answers = await sign_in_at_once(door, [("kim", "하늘"), ("kim", None), ("kim", "바다")])
    assert [answer["user"]["nickname"] for answer in answers if isinstance(answer, dict)] == ["하늘", "하늘", "바다"]
    assert await door.world.rows("SELECT nickname FROM user_profiles") == [("바다",)]
    assert len({answer["refresh_token"] for answer in answers if isinstance(answer, dict)}) == 3


async def test_what_being_there_counts_for_is_read_once_a_minute_however_many_ask(door: Door) -> None:
    """Plays wait for that read: two hundred at once, each with a connection, would keep the others from theirs."""
    house = door.house
    here = PlayerCommand(user_id=1, session_id=None, issued_at=house.clock.now(), request_id=None)
    presence = Presence(house, door.world.container.presence.lane)
    await presence.note(here)  # from the second read on the goals are known, too
    for _ in range(2):
        door.world.clock.advance(seconds=60)
        with counted(house) as one:
            await presence.note(here)
        door.world.clock.advance(seconds=60)
        with counted(house) as all_of_them:
            await asyncio.gather(*(presence.note(here) for _ in range(200)))
        assert all_of_them.statements == one.statements
