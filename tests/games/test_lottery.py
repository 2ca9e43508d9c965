"""Lottery: what is sold out leaves the draw, and the odds say so."""

from typing import Any

import pytest

from app.core.errors import AppError
from app.domain.draw import RecordingDraw, ScriptedDraw
from app.domain.game import Seen, recompute, seen_from
from app.domain.reference import LOTTERY as REFERENCE
from app.games.lottery import LOTTERY
from app.utils.random_utils import SecureDraw
from tests.statistics import DRAWS, fits

PRIZES = REFERENCE["prizes"]


def changed(**prize_changes: Any) -> dict[str, Any]:
    """The reference config with the first prize changed."""
    first, *rest = PRIZES
    return REFERENCE | {"prizes": [first | prize_changes, *rest]}


@pytest.mark.parametrize(
    "config",
    [
        {},
        REFERENCE | {"prizes": []},
        REFERENCE | {"prizes": [*PRIZES, PRIZES[0]]},
        REFERENCE | {"prizes": [prize | {"weight": 0} for prize in PRIZES]},
        REFERENCE | {"prizes": [prize | {"active": False} for prize in PRIZES]},
        REFERENCE | {"prizes": [PRIZES[4] | {"id": n} for n in range(1, 102)]},
        REFERENCE | {"ticket_price": 1000},
        REFERENCE | {"guarantee": {"after": 5, "prizes": [999]}},
        changed(active=False) | {"guarantee": {"after": 5, "prizes": [101]}},
        changed(id=0),
        changed(id=2**31),
        changed(id="101"),
        changed(stock=-1),
        changed(stock=1.5),
        changed(stock=True),
        changed(stock=10**9),
        changed(weight=-1),
        changed(active=1),
        changed(reward_type="CASH"),
        changed(label="a\x00b"),
    ],
)
def test_a_config_that_is_no_sound_lottery_is_refused_with_its_fields(config: dict[str, Any]) -> None:
    with pytest.raises(AppError, match=r"^INVALID_LOTTERY_CONFIG$") as refusal:
        LOTTERY.parse(config)
    assert all(problem["field"] and problem["reason"] for problem in refusal.value.facts["fields"])


def test_a_prize_with_stock_takes_a_unit_and_an_endless_one_takes_none() -> None:
    setup = LOTTERY.parse(REFERENCE)
    assert LOTTERY.decide(setup, Seen(), ScriptedDraw([0])).takes == 101
    assert LOTTERY.decide(setup, Seen(), ScriptedDraw([200])).takes is None
    assert setup.stock == {101: 10, 102: 300}


def test_what_is_sold_out_or_not_active_leaves_the_draw() -> None:
    setup = LOTTERY.parse(changed(active=False))
    assert [line.label for line in LOTTERY.odds(setup, Seen())] == [prize["label"] for prize in PRIZES[1:]]
    seen = Seen(sold_out=frozenset({102}))
    assert LOTTERY.decide(setup, seen, ScriptedDraw([0])).view["prize"]["id"] == 103
    assert [(line.weight, line.total, line.is_sold_out) for line in LOTTERY.odds(setup, seen)] == [
        (0, 9800, True), (800, 9800, False), (4000, 9800, False), (5000, 9800, False),
    ]  # fmt: skip


def test_nothing_left_in_the_draw_is_sold_out() -> None:
    setup = LOTTERY.parse(REFERENCE | {"prizes": PRIZES[:2]})
    with pytest.raises(AppError, match=r"^LOTTERY_SOLD_OUT$"):
        LOTTERY.decide(setup, Seen(sold_out=frozenset({101, 102})), ScriptedDraw([]))
    assert [line.total for line in LOTTERY.odds(setup, Seen(sold_out=frozenset({101, 102})))] == [0, 0]


@pytest.mark.parametrize("sold_out", [frozenset(), frozenset({102, 103})])
def test_100_000_draws_fit_the_effective_odds(sold_out: frozenset[int]) -> None:
    setup, draw, seen = LOTTERY.parse(REFERENCE), SecureDraw(), Seen(sold_out=sold_out)
    won = (LOTTERY.decide(setup, seen, draw).view["prize"]["id"] for _ in range(DRAWS))
    odds = LOTTERY.odds(setup, seen)
    assert fits(won, {prize["id"]: line.weight for prize, line in zip(PRIZES, odds, strict=True)})


def test_100_000_draws_with_a_guarantee_fit_the_long_run_odds() -> None:
    setup = LOTTERY.parse(REFERENCE | {"guarantee": {"after": 20, "prizes": [101, 102]}})
    draw, memory, wins, dry = SecureDraw(), None, dict.fromkeys((prize["id"] for prize in PRIZES), 0), 0
    for _ in range(DRAWS):
        outcome = LOTTERY.decide(setup, Seen(memory), draw)
        memory, prize = outcome.memory, outcome.view["prize"]["id"]
        wins[prize] += 1
        dry = 0 if prize in (101, 102) else dry + 1
        assert dry <= 20, "nobody waits longer than promised"
    shares = [line.long_run or 0 for line in LOTTERY.odds(setup, Seen())]
    assert sum(shares) == pytest.approx(1)
    assert shares[0] + shares[1] > 0.055, "2 % alone, more with the guarantee"
    for count, share in zip(wins.values(), shares, strict=True):
        # plays of a cycle hang together, which only makes the spread smaller than that of single draws
        assert abs(count - share * DRAWS) < 6 * (share * (1 - share) * DRAWS) ** 0.5


def test_the_long_run_share_of_a_simple_guarantee_is_what_pencil_and_paper_say() -> None:
    prizes = [{"id": n, "label": str(n), "weight": 1} for n in (1, 2)]
    setup = LOTTERY.parse({"name": "half", "prizes": prizes, "guarantee": {"after": 1, "prizes": [1]}})
    # prize 1 comes at once (1/2) or as the second play (1/2): 1.5 plays a cycle, two thirds of all plays
    assert [line.long_run for line in LOTTERY.odds(setup, Seen())] == pytest.approx([2 / 3, 1 / 3])


def test_a_guarantee_that_is_sold_out_waits_until_it_can_be_kept() -> None:
    setup = LOTTERY.parse(REFERENCE | {"guarantee": {"after": 2, "prizes": [101]}})
    gone = Seen({"dry": 2}, frozenset({101}))
    outcome = LOTTERY.decide(setup, gone, ScriptedDraw([9989]))
    assert (outcome.view["prize"]["id"], outcome.memory) == (105, {"dry": 3})
    assert LOTTERY.decide(setup, Seen({"dry": 3}), ScriptedDraw([0])).view["prize"]["id"] == 101
    assert [line.long_run for line in LOTTERY.odds(setup, gone)] == [0, *(w / 9990 for w in (190, 800, 4000, 5000))]


def test_a_version_without_a_guarantee_ends_the_count() -> None:
    assert LOTTERY.decide(LOTTERY.parse(REFERENCE), Seen({"dry": 7}), ScriptedDraw([0])).memory is None


def test_a_draw_can_be_computed_again_from_its_rolls_and_what_it_saw() -> None:
    setup = LOTTERY.parse(REFERENCE | {"guarantee": {"after": 3, "prizes": [101, 102]}})
    memory = None
    for turn in range(100):
        seen, recording = Seen(memory, frozenset({101} if turn % 2 else ())), RecordingDraw(SecureDraw())
        outcome = LOTTERY.decide(setup, seen, recording)
        assert recompute(LOTTERY, setup, seen_from(seen.document(), memory), recording.rolls) == outcome
        memory = outcome.memory
