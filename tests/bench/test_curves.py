"""What the bench says of its figures: curves and the change since the baseline."""

import json
import xml.etree.ElementTree as ET
from pathlib import Path
from typing import Any

import pytest

from tests.bench import baseline
from tests.bench.curves import curves, drawn

SVG = "{http://www.w3.org/2000/svg}"


def document(**rates: tuple[float, float | None]) -> dict[str, Any]:
    rows = {n: {"title": n, "median": m, "ratio": r, "floor": {"median": 1000.0}} for n, (m, r) in rates.items()}
    return {"machine": {}, "options": {}, "rows": rows}


def test_a_curve_has_a_point_for_each_row_and_rises_with_the_rate() -> None:
    bench = document(plays_1=(300, None), plays_32=(1200, None), plays_128=(1500, 0.8), growth_1000000=(950, 0.95))
    found = {curve.name: curve for curve in curves(bench, [{"players": 1000, "players_per_second": 900}])}
    assert {name: curve.points for name, curve in found.items()} == {
        "bench-players": ((1, 300), (32, 1200), (128, 1500)),
        "bench-history": ((10_000, 1000), (1_000_000, 950)),
    }, "a single settlement is no curve"
    picture = ET.fromstring(drawn(found["bench-players"]))
    heights = [float(dot.attrib["cy"]) for dot in picture.iter(f"{SVG}circle")]
    assert heights == sorted(heights, reverse=True)
    assert len(heights) == 3
    assert picture.attrib["aria-label"] == "plays a second, by players at once"


def test_what_moved_since_the_baseline_is_said(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(baseline, "BASELINE", tmp_path / "baseline.json")
    before = document(plays_128=(1500, 0.80), stamps_128=(1900, 0.80), plays_1=(300, None))
    assert baseline.changes(before) == []
    (tmp_path / "baseline.json").write_text(json.dumps(baseline.baseline_of(before)))
    assert baseline.changes(before)[-1] == "as docs/bench-baseline.json has it"
    after = document(plays_128=(1400, 0.70), stamps_128=(1910, 0.81), lottery_128=(1, 0.5))
    assert [" ".join(line.split()) for line in baseline.changes(after)[2:]] == ["plays_128 0.80 → 0.70 of the floor"]
