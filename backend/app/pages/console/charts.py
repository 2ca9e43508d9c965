"""Charts as plain geometry: what a template turns into SVG, with the numbers beside it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

WIDTH, HEIGHT = 600, 120
GAP = 0.2  # of a bar's width
STEPS_OF_A_SCALE = (1, 2, 5)


@dataclass(frozen=True, slots=True)
class Bar:
    """One part of one column. `tone` numbers the series."""

    x: float
    y: float
    width: float
    height: float
    tone: int


@dataclass(frozen=True, slots=True)
class Chart:
    """Stacked columns below `top`, the round number that the scale ends at."""

    bars: list[Bar]
    names: list[str]
    totals: list[int]
    newest: list[int]
    top: int

    @property
    def width(self) -> int:
        return WIDTH

    @property
    def height(self) -> int:
        return HEIGHT

    @property
    def is_empty(self) -> bool:
        return not self.bars


def columns(series: Mapping[str, Sequence[int]]) -> Chart:
    """Series of equal length as stacked columns, oldest left."""
    names = sorted(series)
    length = max((len(values) for values in series.values()), default=0)
    top = round_up(max((sum(series[name][n] for name in names) for n in range(length)), default=0))
    step = WIDTH / max(1, length)
    bars = []
    for n in range(length):
        floor = float(HEIGHT)
        for tone, name in enumerate(names):
            height = series[name][n] * HEIGHT / top
            floor -= height
            if height:
                left, wide = n * step + step * GAP / 2, step * (1 - GAP)
                bars.append(Bar(round(left, 2), round(floor, 2), round(wide, 2), round(height, 2), tone))
    return Chart(
        bars=bars,
        names=names,
        totals=[sum(series[name]) for name in names],
        newest=[series[name][-1] for name in names],
        top=top,
    )


def round_up(value: int) -> int:
    """The next of 1, 2, 5, 10, 20, 50, … that is not below it."""
    size = 1
    while True:
        for step in STEPS_OF_A_SCALE:
            if step * size >= value:
                return step * size
        size *= 10
