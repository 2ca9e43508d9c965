"""A season as a form: plain fields, levels as rows, rewards as lines that people can type."""

from collections.abc import Mapping
from typing import Any

from app.core.errors import AppError, invalid, told_in
from app.core.languages import ENGLISH, KOREAN
from app.core.numbers import whole_number
from app.domain.config_fields import RewardFields, parse_config
from app.domain.season_config import SeasonConfig

NUMBERS = ("base_xp_per_stamp", "grace_days", "internal_win_threshold")
MAYBE_NUMBERS = ("play_stamps_per_day", "daily_xp_cap")
TEXTS = ("season_name", "program", "start_date", "end_date")
FIELDS = (*TEXTS, *NUMBERS, *MAYBE_NUMBERS)
KEPT = ("overflow", "streak")  # set by season files; a save here leaves them as they are
APPROVAL = "APPROVAL"
WITH_NAME = frozenset({"TOKEN", "COUPON", "ITEM", "BADGE", "ENTITLEMENT", "HOST"})
HOW = "each line: TRACK TYPE [TOKEN or CODE] AMOUNT [APPROVAL], as in FREE TOKEN ROULETTE_COIN 3"
EMPTY_LEVEL = {"required_xp": "", "label_ko": "", "label_en": "", "auto_claim": True, "rewards": ""}
Problems = dict[str, list[str]]


def fields_of(config: SeasonConfig) -> dict[str, Any]:
    """What the form shows of a season."""
    shown: dict[str, Any] = {name: getattr(config, name) for name in FIELDS}
    for name in MAYBE_NUMBERS:
        shown[name] = "" if shown[name] is None else shown[name]
    shown["stamp_on_play"] = config.stamp_on_play
    shown["levels"] = [
        {
            "required_xp": level.required_xp,
            "label_ko": level.label_ko,
            "label_en": level.label_en,
            "auto_claim": level.auto_claim,
            "rewards": "\n".join(
                _line(track, reward.model_dump()) for track, bundle in level.rewards.items() for reward in bundle
            ),
        }
        for level in config.levels
    ]
    return shown


def _line(track: str, reward: Mapping[str, Any]) -> str:
    parts = [track, reward["reward_type"], reward["token_type"] or reward["code"], str(reward["reward_amount"])]
    return " ".join([part for part in parts if part] + ([APPROVAL] if reward["needs_approval"] else []))


def fields_sent(form: Mapping[str, Any]) -> dict[str, Any]:
    """What was typed, as the form shows it again."""
    shown: dict[str, Any] = {name: _text(form, name) for name in FIELDS}
    shown["stamp_on_play"] = "stamp_on_play" in form
    count = whole_number(_text(form, "level_count")) or 0
    shown["levels"] = [
        {name: _text(form, f"levels.{n}.{name}") for name in ("required_xp", "label_ko", "label_en", "rewards")}
        | {"auto_claim": f"levels.{n}.auto_claim" in form}
        for n in range(min(count, 200))
    ]
    if _text(form, "do") == "add":
        shown["levels"].append(dict(EMPTY_LEVEL))
    if _text(form, "do") == "remove":
        shown["levels"] = shown["levels"][:-1]
    return shown


def _text(form: Mapping[str, Any], name: str) -> str:
    value = form.get(name, "")
    return value.strip() if isinstance(value, str) else ""


def config_of(shown: Mapping[str, Any], kept: Mapping[str, Any]) -> tuple[SeasonConfig | None, Problems]:
    """(the season that the fields say, what is wrong by field). `kept` are the parts that the form does not show."""
    problems: Problems = {}
    document: dict[str, Any] = {name: shown[name] for name in TEXTS} | {"stamp_on_play": shown["stamp_on_play"]}
    document |= {name: _number(shown[name]) for name in NUMBERS}
    document |= {name: None if shown[name] == "" else _number(shown[name]) for name in MAYBE_NUMBERS}
    document |= {name: kept[name] for name in KEPT if kept.get(name) is not None}
    document["levels"] = [
        {
            "level": number,
            "required_xp": _number(level["required_xp"]),
            "label_ko": level["label_ko"],
            "label_en": level["label_en"],
            "auto_claim": level["auto_claim"],
            "rewards": _rewards(level["rewards"], f"levels.{number - 1}.rewards", problems),
        }
        for number, level in enumerate(shown["levels"], start=1)
    ]
    try:
        config = parse_config(SeasonConfig, document, "VALIDATION_ERROR")
        config.require_dates_in_order()
    except AppError as refusal:
        add_problems(problems, refusal)
        return None, problems
    return (None if problems else config), problems


def add_problems(problems: Problems, refusal: AppError, language: str = ENGLISH) -> None:
    """Puts what a refusal names beside its fields; what names none stands above the form."""
    for problem in told_in(refusal.facts.get("fields", ()), korean=language == KOREAN):
        add_problem(problems, problem["field"], problem["reason"])
    if not refusal.facts.get("fields"):
        field = {"INVALID_SEASON_DATES": "end_date", "NAME_TAKEN": "season_name"}.get(refusal.code, "(whole)")
        add_problem(problems, field, refusal.code)


def add_problem(problems: Problems, field: str, reason: str) -> None:
    """Beside the input that it is about: a reward's parts are all in one."""
    parts = field.split(".")
    known = ".".join(parts[:3]) if parts[0] == "levels" and len(parts) > 2 else parts[0]
    problems.setdefault(known, []).append(reason)


def _number(value: object) -> object:
    text = str(value)
    number = whole_number(text.removeprefix("-"))
    return value if number is None else number if text[0] != "-" else -number


def bundle_of(text: str) -> tuple[str, tuple[RewardFields, ...]]:
    """(the track, its rewards) of typed lines that are all of one track; raises VALIDATION_ERROR."""
    problems: Problems = {}
    tracks = _rewards(text, "rewards", problems)
    if problems or len(tracks) != 1:
        raise invalid(("rewards", f"{HOW}; one track"))
    track, lines = next(iter(tracks.items()))
    return track, tuple(parse_config(RewardFields, line, "VALIDATION_ERROR") for line in lines)


def _rewards(text: str, field: str, problems: Problems) -> dict[str, list[dict[str, Any]]]:
    tracks: dict[str, list[dict[str, Any]]] = {}
    for line in filter(None, (one.strip() for one in text.splitlines())):
        reward = _reward(line.split())
        if reward is None:
            add_problem(problems, field, HOW)
        else:
            tracks.setdefault(line.split()[0], []).append(reward)
    return tracks


def _reward(words: list[str]) -> dict[str, Any] | None:
    """One typed line; None when it isn't one."""
    needs_approval = words[-1] == APPROVAL
    parts = words[:-1] if needs_approval else words
    if len(parts) < 3 or not isinstance(_number(parts[-1]), int) or (len(parts) == 4) != (parts[1] in WITH_NAME):
        return None
    name = {"token_type" if parts[1] == "TOKEN" else "code": parts[2]} if len(parts) == 4 else {}
    return {"reward_type": parts[1], "reward_amount": _number(parts[-1]), "needs_approval": needs_approval, **name}
