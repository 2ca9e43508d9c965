"""The plan of faults is whole, and names tests that exist."""

import pytest

from tests.architecture.house import ROOT
from tests.faults.plan import PLAN, Line


def test_the_plan_has_22_lines() -> None:
    assert [line.number for line in PLAN] == [f"F{number}" for number in range(1, 23)]


@pytest.mark.parametrize("line", PLAN, ids=lambda line: line.number)
def test_what_a_line_names_exists(line: Line) -> None:
    for name in line.tests:
        path, _, test = name.partition("::")
        if path != "tests/cluster":
            assert (ROOT / path).exists(), path
            assert not test or f"def {test}" in (ROOT / path).read_text(), name
