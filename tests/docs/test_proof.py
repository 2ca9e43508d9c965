"""docs/proof.md names every invariant with its promise, and every check of `./run ops reconcile`."""

from __future__ import annotations

import re

from app.services.reconcile.check import INVARIANTS, OUTSIDE
from app.services.reconcile.checks import ALL_CHECKS
from tests.docs.reading import DOCS

ROW = re.compile(r"^\| (I\d+) \| (.*?) \| (.*?) \| .*? \|$", re.M)


def test_every_invariant_stands_with_its_promise_and_its_checks() -> None:
    said = {
        number: (promise, checks) for number, promise, checks in ROW.findall((DOCS / "proof.md").read_text("utf-8"))
    }
    code = {
        number: (promise, "<br>".join(check.name for check in ALL_CHECKS if number in check.numbers))
        for number, promise in INVARIANTS.items()
        if number not in OUTSIDE
    }
    assert {number: row for number, row in said.items() if number not in OUTSIDE} == code
    assert set(said) == set(INVARIANTS)
