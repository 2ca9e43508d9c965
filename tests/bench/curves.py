"""Cost curves: what a rate becomes as players, history or a batch grow, as a table and as a drawing."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from html import escape
from typing import Any

WIDTH, HEIGHT = 640, 260
LEFT, RIGHT, TOP, BOTTOM = 64, 24, 40, 36
STYLE = (
    "text{font:13px system-ui,sans-serif;fill:#333}.name{font-weight:600}.line{fill:none;stroke:#b3261e;stroke-width:2}"
    ".dot{fill:#b3261e}.axis{stroke:#999}@media(prefers-color-scheme:dark){text{fill:#ddd}.line{stroke:#ff8a80}"
    ".dot{fill:#ff8a80}}"
)


@dataclass(frozen=True, slots=True)
class Curve:
    """Points of (how many, rate a second), in rising order; `name` is also the drawing's file name."""

    name: str
    title: str
    of: str
    points: tuple[tuple[int, float], ...]


def curves(bench: dict[str, Any], settlements: Sequence[dict[str, Any]]) -> list[Curve]:
    """The three curves of a bench's document and of settlements' figures; one with a single point is none."""
    rows = bench["rows"]
    players = [(n, rows[f"plays_{n}"]["median"]) for n in (1, 8, 32, 128) if f"plays_{n}" in rows]
    grown = {int(name.removeprefix("growth_")): row for name, row in rows.items() if name.startswith("growth_")}
    history = [(10_000, row["floor"]["median"]) for row in list(grown.values())[:1]]
    history += [(n, row["median"]) for n, row in sorted(grown.items())]
    batches = sorted((one["players"], one["players_per_second"]) for one in settlements)
    found = [
        Curve("bench-players", "plays a second, by players at once", "players", tuple(players)),
        Curve("bench-history", "plays a second of 128 players, by rows of history", "rows", tuple(history)),
        Curve("bench-batch", "players settled a second, by players of the campaign", "players", tuple(batches)),
    ]
    return [curve for curve in found if len(curve.points) > 1]


def drawn(curve: Curve) -> str:
    """The curve as SVG: many on a logarithmic scale below, the rate from zero on the left."""
    top = max(rate for _, rate in curve.points) * 1.1
    first, last = (math.log10(curve.points[n][0]) for n in (0, -1))

    def place(many: int, rate: float) -> tuple[float, float]:
        along = (math.log10(many) - first) / (last - first)
        return (
            round(LEFT + along * (WIDTH - LEFT - RIGHT), 1),
            round(HEIGHT - BOTTOM - rate / top * (HEIGHT - TOP - BOTTOM), 1),
        )

    places = [place(*point) for point in curve.points]
    floor = HEIGHT - BOTTOM
    parts = [
        f'<text class="name" x="{LEFT}" y="22">{escape(curve.title)}</text>',
        f'<path class="axis" d="M{LEFT} {floor}H{WIDTH - RIGHT}"/>',
        f'<polyline class="line" points="{" ".join(f"{x},{y}" for x, y in places)}"/>',
    ]
    for (many, rate), (x, y) in zip(curve.points, places, strict=True):
        anchor = "end" if x > WIDTH / 2 else "start"
        parts += [
            f'<circle class="dot" cx="{x}" cy="{y}" r="4"/>',
            f'<text x="{x}" y="{y - 9}" text-anchor="{anchor}">{rate:,.0f}</text>',
            f'<text x="{x}" y="{floor + 20}" text-anchor="{anchor}">{many:,}</text>',
        ]
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}" role="img" '
        f'aria-label="{escape(curve.title)}"><style>{STYLE}</style>{"".join(parts)}</svg>\n'
    )
