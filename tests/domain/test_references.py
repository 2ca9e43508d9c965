"""Every name that a config may hold is found: a walk over all config models."""

from collections.abc import Iterator
from typing import Any, get_args

from pydantic import BaseModel

from app.domain.board_config import BoardConfig
from app.domain.bridge_config import BridgeConfig
from app.domain.mailing import MailingConfig
from app.domain.mission_config import MissionConfig
from app.domain.promo_config import PromoConfig
from app.domain.references import NAMING, references_in
from app.domain.rule_config import RuleConfig
from app.domain.rules_file import RulesFile
from app.domain.season_config import SeasonConfig
from app.domain.season_file import SeasonFile
from app.domain.teams import ContestConfig
from app.games import GAMES
from tests.games.every_field import models_in

CONFIGS: tuple[type[BaseModel], ...] = (
    SeasonConfig, SeasonFile, BridgeConfig, MissionConfig, BoardConfig, ContestConfig, PromoConfig, MailingConfig,
    RuleConfig, RulesFile, *(game.setup for game in GAMES.values()),
)  # fmt: skip
# fields of text that name nothing which stands elsewhere
OWN_WORDS = frozenset({
    *("code", "title", "title_ko", "title_en", "hint_ko", "hint_en", "label", "label_ko", "label_en", "name"),
    *("name_ko", "name_en", "season_name", "shared_code", "event_type", "kind", "reward_type", "period"),
    *("claim", "policy", "window", "format", "example", "count", "field", "per", "once_per", "op", "value"),
    *("values", "event_id", "source", "when", "not_", "not", "any", "all", "any_", "all_", "rewards"),
})  # fmt: skip


def _holds_text(annotation: Any) -> bool:
    if annotation is str or annotation is Any:
        return True
    return any(_holds_text(part) for part in get_args(annotation) if not isinstance(part, str))


def fields_of_text() -> Iterator[tuple[str, str]]:
    """(model, field) of everything in a config that may hold a name."""
    for config in CONFIGS:
        for model in models_in(config):
            for name, field in model.model_fields.items():
                if _holds_text(field.annotation) or name.endswith("_id"):
                    yield model.__name__, name


def test_every_name_in_every_config_is_checked_or_known_to_name_nothing() -> None:
    """A new field that names something can't be forgotten."""
    numbers = {("Segment", "prize_id"), ("PlacedPrize", "prize_id")}
    unknown = {one for one in fields_of_text() if one[1] not in NAMING.keys() | OWN_WORDS} - numbers
    assert not unknown, "add it to NAMING in domain/references.py, or to OWN_WORDS here"
    assert {name for _, name in fields_of_text()} >= NAMING.keys(), "each of them stands somewhere"


def test_a_document_is_walked_at_any_depth() -> None:
    document = {
        "slots": [
            {
                "mission": {"games": ["DICE", "CHESS"]},
                "rewards": [{"reward_type": "COUPON", "reward_amount": 3, "code": "A"}],
            }
        ]
    }
    found = [(one.kind, one.name, one.field, one.amount) for one in references_in(document)]
    assert found == [
        ("GAME", "DICE", "slots.0.mission.games.0", 1), ("GAME", "CHESS", "slots.0.mission.games.1", 1),
        ("POOL", "A", "slots.0.rewards.0.code", 3),
    ]  # fmt: skip
