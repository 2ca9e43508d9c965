"""Every game of the house. A new game is a folder beside this file and one line here."""

from app.domain.game import Game
from app.games.roulette import ROULETTE

GAMES: dict[str, Game] = {game.code: game for game in (ROULETTE,)}
GAMES_BY_FEATURE: dict[str, Game] = {game.feature_type: game for game in GAMES.values()}
TOKEN_TYPES: frozenset[str] = frozenset(game.token_type for game in GAMES.values())
