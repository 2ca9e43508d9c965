"""The season of tests/season/rich.py as one would do it by hand: slow, obvious, and sharing no code with the app."""

from collections import Counter
from datetime import date, datetime, timedelta
from typing import Any

from tests.season.rich import LEVELS, OVERFLOW, PRIZES, RICH, STREAK

START, END = date(2025, 12, 9), date(2025, 12, 25)
LAST_CLAIM = END + timedelta(days=RICH["grace_days"])
PAUSED = {date.fromisoformat(day) for day in STREAK["paused_days"]}
APPROVAL_ABOVE = 10_000


def korean_day(now: datetime) -> date:
    return (now + timedelta(hours=9)).replace(tzinfo=None).date()  # `now` is in UTC


class Model:
    """One player. Every method returns the code it refuses with, or None."""

    def __init__(self, coins: int) -> None:
        self.wallet: Counter[str] = Counter(ROULETTE_COIN=coins)
        self.rewards: dict[str, tuple[str, int, str]] = {}
        self.xp = self.stamps = self.wins = self.overflow = 0
        self.paid: set[tuple[str, int]] = set()
        self.owned: set[str] = set()
        self.day: date | None = None
        self.earned = self.play_stamps = 0
        self.stamp_days: list[date] = []
        self.streak = self.best = self.freezes = 0

    @property
    def level(self) -> int:
        return sum(level["required_xp"] <= self.xp for level in LEVELS)

    def counters(self) -> tuple[int, int, int, int]:
        return self.streak, self.best, self.freezes, self.overflow

    def stamp(self, now: datetime, bonus: int) -> str | None:
        today = korean_day(now)
        if not START <= today <= END:
            return "NO_ACTIVE_SEASON"
        if today in self.stamp_days:
            return "ALREADY_STAMPED_TODAY"
        self._begin_day(today)
        self._mark(20 + bonus)
        self._continue_streak(today)
        return None

    def play(self, now: datetime, slot: int) -> str | None:
        if self.wallet["ROULETTE_COIN"] < 1:
            return "NOT_ENOUGH_TOKENS"
        today = korean_day(now)
        runs = START <= today <= END
        self.wallet["ROULETTE_COIN"] -= 1
        prize = PRIZES[slot]
        if prize is not None:
            self._give("PLAY", [prize], has_season=runs)
        if runs:
            self._begin_day(today)
            if self.play_stamps < 2:
                self.play_stamps += 1
                self._mark(20)
            if prize is not None:
                self.wins += 1
                if self.wins == 3:
                    self._mark(20)
        return None

    def name_play(self, play_id: str) -> None:
        """The reward of the play just made gets its real name."""
        if "PLAY" in self.rewards:
            self.rewards[f"PLAY:{play_id}"] = self.rewards.pop("PLAY")

    def claim(self, now: datetime, number: int, track: str) -> str | None:
        if not START <= korean_day(now) <= LAST_CLAIM:
            return "NO_ACTIVE_SEASON"
        if number > len(LEVELS):
            return "LEVEL_NOT_FOUND"
        level = LEVELS[number - 1]
        if track != "FREE" and track not in level["rewards"]:
            return "LEVEL_NOT_FOUND"
        if level["auto_claim"]:
            return "AUTO_CLAIM_LEVEL"
        if number > self.level:
            return "LEVEL_NOT_REACHED"
        if (track, number) in self.paid:
            return "REWARD_ALREADY_CLAIMED"
        if track != "FREE" and track not in self.owned:
            return "PREMIUM_REQUIRED"
        self._pay(track, number)
        self._settle()
        return None

    def claim_all(self, now: datetime) -> str | None:
        if not START <= korean_day(now) <= LAST_CLAIM:
            return "NO_ACTIVE_SEASON"
        for level in LEVELS:  # XP among the rewards may open further ones on the way
            for track in ["FREE", *sorted(self.owned)]:
                number = level["level"]
                is_there = track == "FREE" or track in level["rewards"]
                if not level["auto_claim"] and number <= self.level and is_there and (track, number) not in self.paid:
                    self._pay(track, number)
                    self._settle()
        return None

    def premium(self, now: datetime, track: str, is_grant: bool) -> str | None:
        if not is_grant:
            self.owned.discard(track)
            return None
        if korean_day(now) > LAST_CLAIM:
            return "NO_ACTIVE_SEASON"
        if track in self.owned:
            return None
        self.owned.add(track)
        while True:
            self._settle()
            missed = [
                n for n in range(1, self.level + 1) if track in LEVELS[n - 1]["rewards"] and (track, n) not in self.paid
            ]
            if not missed:
                return None
            self._pay(track, missed[0])

    def adjust(self, token: str, amount: int) -> str | None:
        if self.wallet[token] + amount < 0:
            return "NOT_ENOUGH_TOKENS"
        self.wallet[token] += amount
        return None

    # --- what the rules above share

    def _begin_day(self, today: date) -> None:
        if today != self.day:
            self.day, self.earned, self.play_stamps = today, 0, 0

    def _mark(self, worth: int) -> None:
        """One stamp, with the XP that the day's cap leaves."""
        worth = min(worth, RICH["daily_xp_cap"] - self.earned)
        self.stamps += 1
        self.earned += worth
        self.xp += worth
        self._settle()

    def _settle(self) -> None:
        """Pays what is due by itself, until nothing is."""
        while True:
            due = [
                (track, level["level"])
                for level in LEVELS[: self.level]
                for track in ["FREE", *sorted(self.owned)]
                if level["auto_claim"] and (track, level["level"]) not in self.paid
                and (track == "FREE" or track in level["rewards"])
            ]  # fmt: skip
            if due:
                self._pay(*due[0])
                continue
            past = max(0, self.xp - LEVELS[-1]["required_xp"])
            if self.overflow < min(OVERFLOW["max_times"], past // OVERFLOW["every_xp"]):
                self.overflow += 1
                self._give(f"SEASON:OVERFLOW:{self.overflow}", OVERFLOW["rewards"])
                continue
            return

    def _pay(self, track: str, number: int) -> None:
        assert (track, number) not in self.paid
        self.paid.add((track, number))
        self._give(f"SEASON:{track}:{number}", LEVELS[number - 1]["rewards"].get(track, []))

    def _give(self, operation: str, rewards: list[dict[str, Any]], *, has_season: bool = True) -> None:
        for part, reward in enumerate(rewards, start=1):
            kind, amount = reward["reward_type"], reward["reward_amount"]
            token = reward.get("token_type", kind)
            state = "GRANTED"
            if kind == "POINT" and amount > APPROVAL_ABOVE:
                state = "APPROVAL"
            elif kind == "XP" and not has_season:
                state = "PENDING"
            elif kind == "XP":
                self.xp += amount
            else:
                self.wallet[token] += amount
            name = operation if part == 1 else f"{operation}#{part}"
            assert name not in self.rewards, f"{name} is paid twice"
            self.rewards[name] = (token, amount, state)
        if has_season:
            self._settle()

    def _continue_streak(self, today: date) -> None:
        if not self.stamp_days:
            self.freezes, self.streak = STREAK["freezes_at_start"], 1
        else:
            day, missed = self.stamp_days[-1] + timedelta(days=1), 0
            while day < today:
                missed += day not in PAUSED
                day += timedelta(days=1)
            if missed <= self.freezes:
                self.freezes, self.streak = self.freezes - missed, self.streak + 1
            else:
                self.streak = 1
        self.stamp_days.append(today)
        if self.streak % STREAK["freeze_every_days"] == 0:
            self.freezes = min(STREAK["freeze_cap"], self.freezes + 1)
        before, self.best = self.best, max(self.best, self.streak)
        for milestone in STREAK["milestones"]:
            if before < milestone["days"] <= self.streak:
                self._give(f"SEASON:STREAK:{milestone['days']}", milestone["rewards"])
