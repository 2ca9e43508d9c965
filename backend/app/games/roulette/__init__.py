"""Roulette: six segments, one roll."""

from app.games.roulette.rule import Roulette

ROULETTE = Roulette()
