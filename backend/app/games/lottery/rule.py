"""The rule of the lottery: one weighted roll over the active prizes that are not sold out."""

from typing import Any

from app.core.errors import AppError
from app.domain.config_fields import RewardFields
from app.domain.draw import Draw
from app.domain.game import Game, Memory, Outcome, PrizeOdds, Seen
from app.domain.game_fields import Guarantee
from app.domain.promises import Problem
from app.domain.weighted import guarantee_losses, is_under_way
from app.games.lottery.config import LotterySetup, Prize
from app.games.lottery.shown import LotteryAnswer, LotteryOffer


class Lottery(Game):
    """Prizes with weight and stock, one LOTTERY_TICKET a draw."""

    code = "lottery"
    feature_type = "LOTTERY"
    token_type = "LOTTERY_TICKET"
    plays_word = "tickets"
    invalid_code = "INVALID_LOTTERY_CONFIG"
    refusals = ("LOTTERY_SOLD_OUT",)
    setup = LotterySetup
    answer = LotteryAnswer
    offer = LotteryOffer

    def decide(self, setup: LotterySetup, seen: Seen, draw: Draw) -> Outcome:
        """One prize; raises LOTTERY_SOLD_OUT when nothing is left in the draw."""
        drawn = setup.pool.draw(seen, draw)
        if drawn is None:
            raise AppError("LOTTERY_SOLD_OUT")
        prize = setup.in_draw[drawn.index]
        grant = prize.grant()
        return Outcome(
            view={"prize": view(prize)},
            grants=(grant,) if grant.is_something else (),
            is_win=grant.is_something,
            memory=drawn.memory,
            takes=prize.stock_id(prize.id),
        )

    def preview(self, setup: LotterySetup, seen: Seen) -> dict[str, Any]:
        prizes = [view(prize) | {"is_sold_out": prize.id in seen.sold_out} for prize in setup.in_draw]
        return {"prize_preview": prizes}

    def odds(self, setup: LotterySetup, seen: Seen) -> list[PrizeOdds]:
        weights, long_run = setup.pool.weights(seen), setup.pool.long_run(seen)
        return [
            PrizeOdds(prize.label, weight, sum(weights), prize.grant(), prize.id in seen.sold_out, share)
            for prize, weight, share in zip(setup.in_draw, weights, long_run, strict=True)
        ]

    def guarantee(self, setup: LotterySetup) -> Guarantee | None:
        return setup.guarantee

    def losses(self, before: LotterySetup, after: LotterySetup) -> list[Problem]:
        return guarantee_losses(before.guarantee, after.guarantee, _by_id(before), _by_id(after))

    def is_counted_on(self, setup: LotterySetup, memory: Memory) -> bool:
        return is_under_way(setup.guarantee, memory)


def _by_id(setup: LotterySetup) -> dict[int, RewardFields]:
    return {prize.id: prize for prize in setup.prizes}


def view(prize: Prize) -> dict[str, Any]:
    return {"id": prize.id, "label": prize.label, **prize.grant().view()}
