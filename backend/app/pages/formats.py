"""Values as people read them, in their language. Every instant is shown in KST with a 24-hour clock."""

import json
from collections.abc import Callable, Mapping
from datetime import date, datetime, time, timedelta
from typing import Any

from babel.dates import format_date
from babel.numbers import format_compact_decimal, format_decimal, format_percent

from app.core.languages import KOREAN
from app.core.time_utils import in_kst

MINUTE, HOUR, DAY = 60, 3600, 86_400
SHORT_FROM = 100_000  # a balance in a narrow place
SHEETS = ("LOTTERY_TICKET", "SCRATCH_TICKET")  # Korean counts what is of paper by 장, else by 개
Translate = Callable[[str], str]


class Formats:
    """The formats of one language. `names_codes`: readers know the codes that configs name things by."""

    def __init__(self, language: str, translate: Translate, *, names_codes: bool = False) -> None:
        self._language, self._, self._names_codes = language, translate, names_codes
        self._is_korean = language == KOREAN

    def number(self, value: int) -> str:
        """12,345."""
        return str(format_decimal(value, locale=self._language))

    def balance(self, value: int) -> str:
        """99,999, 10만 or 12.3만: three digits of a large balance, never more than it is."""
        if value < SHORT_FROM:
            return self.number(value)
        step = 10 ** (len(str(value)) - 3)
        return str(format_compact_decimal(value // step * step, locale=self._language, fraction_digits=2))

    def signed(self, value: int) -> str:
        """+3 or −3: a loss is told by its sign, not by a colour."""
        return f"{'+' if value > 0 else '−' if value < 0 else ''}{self.number(abs(value))}"

    def percent(self, value: float) -> str:
        """A probability, exact enough for the smallest prize: 0.5%, 0.0001%."""
        return str(format_percent(value, format="#,##0.####%", locale=self._language))

    def day(self, day: date, *, with_weekday: bool = True) -> str:
        """12월 9일 (화), or Tue, Dec 9."""
        pattern = ("M월 d일 (EEE)" if with_weekday else "M월 d일") if self._is_korean else (
            "EEE, MMM d" if with_weekday else "MMM d"
        )  # fmt: skip
        return str(format_date(day, pattern, locale=self._language))

    def weekday(self, day: date) -> str:
        """화, or Tue."""
        return str(format_date(day, "EEE", locale=self._language))

    def full_day(self, day: date) -> str:
        """2025년 12월 9일 (화), or Tue, Dec 9, 2025."""
        return str(format_date(day, "y년 M월 d일 (EEE)" if self._is_korean else "EEE, MMM d, y", locale=self._language))

    def moment(self, instant: datetime | str) -> str:
        """12월 9일 14:03, or Dec 9, 14:03."""
        at = _kst(instant)
        separator = " " if self._is_korean else ", "
        return f"{self.day(at.date(), with_weekday=False)}{separator}{at:%H:%M}"

    def clock(self, instant: datetime | str) -> str:
        """14:03:07."""
        return f"{_kst(instant):%H:%M:%S}"

    def exactly(self, instant: datetime | str) -> str:
        """14:03:07.412: two events that must be told apart."""
        at = _kst(instant)
        return f"{at:%H:%M:%S}.{at.microsecond // 1000:03d}"

    def stamp(self, instant: datetime | str) -> str:
        """2025-12-09 14:03:07: as logs write it."""
        return f"{_kst(instant):%Y-%m-%d %H:%M:%S}"

    def span(self, seconds: float) -> str:
        """A stretch of time in its largest unit: 40 s, 12 min, 5 h, 3 d."""
        if seconds < 2 * MINUTE:
            return self._("%(n)s초") % {"n": int(seconds)}
        if seconds < 2 * HOUR:
            return self._("%(n)s분") % {"n": int(seconds // MINUTE)}
        if seconds < 2 * DAY:
            return self._("%(n)s시간") % {"n": int(seconds // HOUR)}
        return self._("%(n)s일") % {"n": int(seconds // DAY)}

    def plain(self, value: Any) -> str:
        """A stored value for people who know what it is: a text as it is, anything deeper as JSON."""
        return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False, default=str)

    def machine(self, instant: datetime | str) -> str:
        """What `<time datetime>` wants."""
        return _kst(instant).isoformat()

    def token(self, token_type: str) -> str:
        """The name of a token type; an unknown one is shown as it is called."""
        names = {
            "ROULETTE_COIN": self._("룰렛 코인"),
            "DICE_TOKEN": self._("주사위 토큰"),
            "LOTTERY_TICKET": self._("복권"),
            "SCRATCH_TICKET": self._("상자 티켓"),
            "POINT": self._("포인트"),
        }
        return names.get(token_type, token_type)

    def reward(self, reward: Mapping[str, Any]) -> str:
        """A reward in words: 300 포인트, 룰렛 코인 3개, 복권 3장, 20 XP. Nothing is an empty text."""
        kind, amount = reward.get("reward_type", "NONE"), int(reward.get("reward_amount", 0))
        if kind == "NONE" or amount == 0:
            return ""
        number = self.number(amount)
        if kind == "POINT":
            return self._("%(number)s 포인트") % {"number": number}
        if kind == "XP":
            return f"{number} XP"
        if kind == "TOKEN":
            return self._counted(str(reward["token_type"]), number)
        if kind == "COUPON":
            name = self.coupon(reward)
            return name if amount == 1 else self._("%(name)s %(number)s장") % {"name": name, "number": number}
        name = str(reward.get("code") or kind).replace("_", " ").title()
        return name if amount == 1 else f"{name} × {number}"

    def _counted(self, token_type: str, number: str) -> str:
        words = self._("%(name)s %(number)s장") if token_type in SHEETS else self._("%(name)s %(number)s개")
        return words % {"name": self.token(token_type), "number": number}

    def uses(self, token_type: str) -> str:
        """What a play takes: 복권 1장을 써요."""
        words = self._("%(name)s 1장을 써요") if token_type in SHEETS else self._("%(name)s 1개를 써요")
        return words % {"name": self.token(token_type)}

    def coupon(self, coupon: Mapping[str, Any]) -> str:
        """What a coupon is called. A pool's code is no name: who doesn't work here reads just "coupon" instead."""
        name = coupon.get("name") if self._is_korean else coupon.get("name_en") or coupon.get("name")
        return str(name or (coupon.get("code") if self._names_codes else None) or self._("쿠폰"))

    def until(self, instant: datetime | str) -> str:
        """2026년 1월 31일 (토)까지: the last day; with the time when it isn't the day's end."""
        at = _kst(instant)
        last = at - timedelta(microseconds=1)
        day = self.full_day(last.date())
        return self._("%(moment)s까지") % {"moment": day if at.time() == time.min else f"{day} {at:%H:%M}"}

    def reason(self, reason: str) -> str:
        """Why a wallet moved."""
        names = {
            "PLAY_COST": self._("게임 참여"),
            "PLAY_REWARD": self._("게임 당첨"),
            "SEASON_REWARD": self._("시즌패스 보상"),
            "TRIAL_GRANT": self._("체험 티켓"),
            "ADMIN_GRANT": self._("운영팀 지급"),
            "ADMIN_REVOKE": self._("운영팀 회수"),
            "MERGED_OUT": self._("합친 계정으로 옮김"),
            "MERGED_IN": self._("합친 계정에서 옮겨 옴"),
            "REWARD_REVERSAL": self._("보상 취소"),
            "DEBT_REPAYMENT": self._("취소된 보상 차감"),
            "SEED": self._("시작 선물"),
        }
        return names.get(reason, reason)

    def state(self, state: str) -> str:
        """Where a reward stands."""
        names = {
            "GRANTED": self._("지급 완료"),
            "PENDING": self._("지급 중"),
            "FAILED": self._("지급 지연"),
            "APPROVAL": self._("확인 중"),
            "REJECTED": self._("지급 안 됨"),
            "REVERSED": self._("회수됨"),
        }
        return names.get(state, state)

    def outcome(self, outcome: str) -> str:
        """How a game against a dealer ended, said to the player."""
        names = {"WIN": self._("이겼어요!"), "DRAW": self._("비겼어요"), "LOSE": self._("졌어요")}
        return names.get(outcome, outcome)

    def prize(self, label: str) -> str:
        """A prize by its label; the outcomes of a game against a dealer have names of their own."""
        names = {"WIN": self._("승리"), "DRAW": self._("무승부"), "LOSE": self._("패배")}
        return names.get(label, label)

    def game(self, code: str) -> str:
        """The name of a game."""
        names = {
            "roulette": self._("룰렛"),
            "dice": self._("주사위"),
            "lottery": self._("복권 긁기"),
            "scratch-box": self._("선물 상자"),
        }
        return names.get(code, code.title())


def _kst(instant: datetime | str) -> datetime:
    at = datetime.fromisoformat(instant) if isinstance(instant, str) else instant
    return in_kst(at)
