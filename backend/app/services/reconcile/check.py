"""What an invariant is."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Check:
    """One invariant: its SQL must return no row. A `?` in it stands for the latest instant that a row may carry.

    The numbers I1…I26 are those of the reliability plan. Each check has a test that plants one violation and sees
    exactly this check fire.
    """

    name: str
    promise: str
    sql: str
