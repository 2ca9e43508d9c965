"""Every game of the house. A new game is a folder beside this file and one line here: its import registers it."""

from app.domain.game import Game
from app.games.dice import DICE as DICE
from app.games.lottery import LOTTERY as LOTTERY
from app.games.roulette import ROULETTE as ROULETTE

GAMES: dict[str, Game] = {game.code: game for game in tuple(globals().values()) if isinstance(game, Game)}
GAMES_BY_FEATURE: dict[str, Game] = {game.feature_type: game for game in GAMES.values()}
GAMES_BY_TOKEN: dict[str, Game] = {game.token_type: game for game in GAMES.values()}
TOKEN_TYPES: frozenset[str] = frozenset(GAMES_BY_TOKEN)
