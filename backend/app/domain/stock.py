"""Units of prizes with stock: how many there are, and which one is given next."""

from dataclasses import dataclass

MAX_STOCK = 100_000_000  # far above any campaign; sums of many restocks still fit a BIGINT


@dataclass(slots=True)
class StockState:
    """One prize with stock. Changed in place under its row's lock; `taken` is the number of the newest unit given."""

    supply: int
    taken: int

    @property
    def left(self) -> int:
        return max(0, self.supply - self.taken)


@dataclass(slots=True)
class Shelf:
    """The prizes with stock of one game. A prize without a row has nothing to give."""

    stocks: dict[int, StockState]

    def left(self, prize: int) -> int:
        """How many units of a prize are left."""
        return self.stocks[prize].left if prize in self.stocks else 0

    def take(self, prize: int) -> int:
        """Gives away the next unit and returns its number. The draw has seen that there is one."""
        stock = self.stocks[prize]
        stock.taken += 1
        return stock.taken


EMPTY_SHELF = Shelf({})
