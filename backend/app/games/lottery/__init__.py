"""Lottery: weighted prizes, some with stock."""

from app.games.lottery.rule import Lottery

LOTTERY = Lottery()
