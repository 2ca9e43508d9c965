"""The reference event: what a fresh installation is seeded with. Operators change all of it through the admin API."""

from datetime import date
from typing import Any

from app.domain.event_names import Feature

AREAS: dict[str, str] = {
    Feature.SEASON_PASS: "시즌패스",
    Feature.CLAIM: "보상 받기",
    Feature.BRIDGE: "시즌 브리지",
    Feature.RANKING: "랭킹",
    Feature.INGEST: "호스트 이벤트",
}

NOTICES: dict[str, dict[str, Any]] = {
    "event_home": {
        "ko": {"title": "겨울밤 도장판", "body": "하루 한 번 도장을 찍고, 눈 내리는 시즌패스를 올라가 보세요."},
        "en": {
            "title": "Stamps on a winter night",
            "body": "One stamp a day, and a season pass that climbs through the snow.",
        },
    },
    "ticket_zero": {
        "ko": {
            "title": "티켓이 없어요",
            "body": "오늘의 도장을 받고 레벨을 올리면 티켓이 생겨요.",
            "button": "도장 받으러 가기",
        },
        "en": {
            "title": "No tickets left",
            "body": "Collect today's stamp and level up to earn more.",
            "button": "Get my stamp",
        },
    },
}

# one free ticket a day for whoever has none, three a week
TRIAL: dict[str, int] = {"per_day": 1, "per_week": 3}

ROULETTE: dict[str, Any] = {
    "name": "눈꽃 룰렛",
    "max_daily": 0,
    "trial": TRIAL,
    "segments": [
        {"slot_index": 0, "label": "10 포인트", "weight": 3000, "reward_type": "POINT", "reward_amount": 10},
        {"slot_index": 1, "label": "다음 기회에", "weight": 3000},
        {"slot_index": 2, "label": "50 포인트", "weight": 2000, "reward_type": "POINT", "reward_amount": 50},
        {"slot_index": 3, "label": "한 번 더", "weight": 1500, "reward_type": "TOKEN", "reward_amount": 1,
         "token_type": "ROULETTE_COIN"},
        {"slot_index": 4, "label": "300 포인트", "weight": 450, "reward_type": "POINT", "reward_amount": 300},
        {"slot_index": 5, "label": "5,000 포인트", "weight": 50, "reward_type": "POINT", "reward_amount": 5000,
         "is_jackpot": True},
    ],
}  # fmt: skip
DICE: dict[str, Any] = {
    "name": "눈사람 주사위",
    "max_daily": 0,
    "trial": TRIAL,
    "win": {"reward_type": "POINT", "reward_amount": 100},
    "draw": {"reward_type": "TOKEN", "reward_amount": 1, "token_type": "DICE_TOKEN"},
    "lose": {"reward_type": "NONE", "reward_amount": 0},
}
# limited prizes are numbered from 101: what is left of a prize belongs to its id for ever
LOTTERY: dict[str, Any] = {
    "name": "크리스마스 복권",
    "max_daily": 0,
    "trial": TRIAL,
    "prizes": [
        {"id": 101, "label": "10,000 포인트", "weight": 10, "stock": 10, "reward_type": "POINT",
         "reward_amount": 10000},
        {"id": 102, "label": "1,000 포인트", "weight": 190, "stock": 300, "reward_type": "POINT",
         "reward_amount": 1000},
        {"id": 103, "label": "복권 3장", "weight": 800, "stock": None, "reward_type": "TOKEN", "reward_amount": 3,
         "token_type": "LOTTERY_TICKET"},
        {"id": 104, "label": "30 포인트", "weight": 4000, "stock": None, "reward_type": "POINT", "reward_amount": 30},
        {"id": 105, "label": "다음 기회에", "weight": 5000, "stock": None},
    ],
}  # fmt: skip
GAME_SETUPS: dict[str, dict[str, Any]] = {"ROULETTE": ROULETTE, "DICE": DICE, "LOTTERY": LOTTERY}
GAME_TITLES: dict[str, str] = {"ROULETTE": "룰렛", "DICE": "주사위", "LOTTERY": "복권"}

# the first reference season, XMAS_2025: ten levels, 20 XP a stamp
THRESHOLDS = (20, 50, 100, 180, 300, 450, 650, 900, 1200, 1600)
COINS = (1, 1, 2, 2, 3, 3, 5)  # levels 1-7, paid automatically
GIFTS = ("HOT_COCOA", "SNOW_GLOBE", "WINTER_BOX")  # levels 8-10, claimed by hand and sent after approval


def reference_season(name: str, start: date, end: date) -> dict[str, Any]:
    """The reference season on other days, as a document for `SeasonConfig`."""
    return {
        "season_name": name,
        "start_date": start,
        "end_date": end,
        "base_xp_per_stamp": 20,
        "levels": [_level(number, xp) for number, xp in enumerate(THRESHOLDS, start=1)],
    }


def _level(number: int, required_xp: int) -> dict[str, Any]:
    is_auto = number <= len(COINS)
    if is_auto:
        coins = COINS[number - 1]
        reward = {"reward_type": "TOKEN", "reward_amount": coins, "token_type": "ROULETTE_COIN"}
        ko, en = f"룰렛 코인 {coins}개", f"{coins} roulette coins" if coins > 1 else "1 roulette coin"
    else:
        code = GIFTS[number - len(COINS) - 1]
        reward = {"reward_type": "ITEM", "reward_amount": 1, "code": code, "needs_approval": True}
        ko, en = ("핫초코", "스노우볼", "겨울 선물 상자")[number - len(COINS) - 1], code.replace("_", " ").capitalize()
    return {
        "level": number,
        "required_xp": required_xp,
        "label_ko": ko,
        "label_en": en,
        "auto_claim": is_auto,
        "rewards": {"FREE": [reward]},
    }
