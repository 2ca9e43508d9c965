"""How often one player may do one thing: a token bucket for each pair, kept as one number. Pure, but for what it holds.

The number is the instant at which the bucket is full again; an instant that has passed is a full bucket, the same as
none. So nothing has to be refilled, and what is old can be forgotten.
"""

from dataclasses import dataclass, field

Key = tuple[int, str]  # whose, and which operation
ROUNDING_SECONDS = 1e-9


@dataclass(frozen=True, slots=True)
class Limit:
    """`burst` calls at once, and then one each `interval_seconds`."""

    burst: int
    interval_seconds: float

    @classmethod
    def of(cls, per_second: float, burst_seconds: float) -> "Limit":
        """What comes together in `burst_seconds` may also come at once; at least one call always may."""
        return cls(max(1, int(per_second * burst_seconds)), 1 / per_second)

    @property
    def window_seconds(self) -> float:
        """How long an empty bucket takes to fill."""
        return self.burst * self.interval_seconds


@dataclass(slots=True)
class Buckets:
    """The buckets of one process. None is further than `keep_seconds` from being full.

    Two generations stand in for a clean-up: who was not seen for one whole turn is full again, and forgotten.
    """

    keep_seconds: float
    _recent: dict[Key, float] = field(default_factory=dict)
    _older: dict[Key, float] = field(default_factory=dict)
    _turn_at: float = 0.0

    def __len__(self) -> int:
        return len(self._recent) + len(self._older)

    def take(self, key: Key, limit: Limit, now: float) -> float:
        """Takes one and returns 0; from an empty bucket it takes nothing and says in how many seconds there is one."""
        full_at = self._full_at(key, now)
        then = (full_at if full_at > now else now) + limit.interval_seconds
        wait = then - now - limit.window_seconds
        if wait > ROUNDING_SECONDS:
            return wait
        self._recent[key] = then
        return 0.0

    def drain(self, key: Key, full_in_seconds: float, now: float) -> None:
        """Others took from the same bucket: it will not be full before that. Never makes it fuller."""
        then = now + min(full_in_seconds, self.keep_seconds)
        if then > self._full_at(key, now):
            self._recent[key] = then

    def _full_at(self, key: Key, now: float) -> float:
        if now >= self._turn_at:
            # after a rest of two turns both generations are full buckets
            self._older = self._recent if now < self._turn_at + self.keep_seconds else {}
            self._recent, self._turn_at = {}, now + self.keep_seconds
        return self._recent.get(key) or self._older.get(key, 0.0)
