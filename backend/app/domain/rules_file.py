"""Rules files: the rules of a host as YAML, with the missions and badges that count what the rules report."""

import json
from collections.abc import Iterable
from datetime import date, datetime, time, timedelta
from typing import Any, Literal

from pydantic import Field

from app.core.time_utils import KST
from app.domain.config_fields import Code, Label, StrictModel, parse_config
from app.domain.mission_config import MissionConfig
from app.domain.rule_config import RuleConfig
from app.domain.season_file import read_yaml


class RuleEntry(StrictModel):
    """One rule. `host` left out: for the events of every host."""

    code: Code
    title: Label
    host: str | None = Field(default=None, min_length=1, max_length=50)
    config: RuleConfig


class BadgeEntry(StrictModel):
    """One badge that a mission gives."""

    code: Code
    name_ko: Label
    name_en: Label


class RulesFile(StrictModel):
    """What a rules file holds. Applying it puts every rule and mission in force."""

    format: Literal["dojang.rules/1"]
    rules: tuple[RuleEntry, ...] = Field(default=(), max_length=500, strict=False)
    badges: tuple[BadgeEntry, ...] = Field(default=(), max_length=100, strict=False)
    missions: tuple[MissionConfig, ...] = Field(default=(), max_length=100, strict=False)


def read_rules_file(raw: bytes) -> RulesFile:
    """The validated file; raises VALIDATION_ERROR naming each field, or the line where it is no sound YAML."""
    return parse_config(RulesFile, read_yaml(raw), "VALIDATION_ERROR")


def events_by_day(lines: Iterable[str], first_day: date) -> dict[date, list[dict[str, Any]]]:
    """The events of an example file as CloudEvents, by the KST day on which they reach the service.

    A line has `day` (0 is the first) and `at` (KST) for its own time, and `late`: how many days after that it comes.
    """
    found: dict[date, list[dict[str, Any]]] = {}
    for line in lines:
        event = json.loads(line)
        day = first_day + timedelta(days=event.pop("day"))
        at = datetime.combine(day, time.fromisoformat(event.pop("at")), tzinfo=KST)
        sent_on = day + timedelta(days=event.pop("late", 0))
        found.setdefault(sent_on, []).append(event | {"time": at.isoformat()})
    return dict(sorted(found.items()))
