"""Dice: two dice each, the higher sum wins."""

from app.games.dice.rule import Dice

DICE = Dice()
