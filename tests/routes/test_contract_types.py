"""A generator makes a type of every answer: each schema has a name of its own, each operation says what it answers."""

from __future__ import annotations

from collections import Counter
from typing import Any

import pytest
from pydantic import BaseModel

from app.cli.reference import contract
from app.domain.game import Game
from app.games import GAMES
from app.schemas.games import game_status_of, play_answer_of
from tests.play.test_scratch_box import CONFIG
from tests.world import World, key


@pytest.fixture(scope="module")
def document() -> dict[str, Any]:
    import json  # noqa: PLC0415

    found: dict[str, Any] = json.loads(contract())
    return found


def operations(document: dict[str, Any]) -> dict[str, dict[str, Any]]:
    return {op["operationId"]: op for ops in document["paths"].values() for op in ops.values()}


def test_no_two_schemas_share_a_name(document: dict[str, Any]) -> None:
    """Two models of one name would get their modules before it, and a generator drops or renames the type."""
    assert [name for name in document["components"]["schemas"] if "__" in name] == []


def test_no_two_models_of_the_wire_share_a_name() -> None:
    def below(model: type[BaseModel]) -> list[type[BaseModel]]:
        return [model, *(one for child in model.__subclasses__() for one in below(child))]

    ours = {one for one in below(BaseModel) if one.__module__.startswith("app.schemas")}
    named = Counter(one.__name__ for one in ours if not one.__name__.endswith("]") and "PlayAnswer" not in one.__name__)
    assert [name for name, times in named.items() if times > 1 and not name.endswith("Status")] == []


def test_every_operation_has_a_name_of_its_own(document: dict[str, Any]) -> None:
    names = Counter(op["operationId"] for ops in document["paths"].values() for op in ops.values())
    assert [name for name, times in names.items() if times > 1] == []


def test_every_answer_has_a_type(document: dict[str, Any]) -> None:
    untyped = []
    for name, operation in operations(document).items():
        for status, answer in operation["responses"].items():
            if not status.startswith("2"):
                continue
            schemas = [content.get("schema", {}) for content in answer.get("content", {}).values()]
            says_something = schemas and all({"$ref", "type", "anyOf"} & schema.keys() for schema in schemas)
            is_free = any(s.get("type") == "object" and "properties" not in s for s in schemas)
            if (not says_something or is_free) and status not in {"202", "204"}:
                untyped.append(f"{name} {status}")
    assert untyped == []


@pytest.mark.parametrize("game", GAMES.values(), ids=GAMES)
async def test_each_game_s_answers_are_exactly_of_their_types(game: Game, sqlite_world: World) -> None:
    """Nothing on the wire that the type lacks, nothing lost by it, nothing changed."""
    if game.code == "scratch-box":
        feature = {"feature_type": "SCRATCH_BOX", "title": "상자", "is_enabled": True, "reason": "a new game"}
        admin = await sqlite_world.token("boss", "admin")
        await sqlite_world.client.post("/api/admin/features", json=feature, headers=admin)
        await sqlite_world.configure("scratch-box", CONFIG)
    player = await sqlite_world.player("kim", **{game.token_type: 12})
    for number in range(6):
        body = {"json": {"box": number + 1}} if game.code == "scratch-box" else {}
        answer = await sqlite_world.ok("POST", f"/api/{game.code}/play", headers=player.headers | key(), **body)
        assert shown(play_answer_of(game), answer) == answer
    status = await sqlite_world.ok("GET", f"/api/{game.code}/status", headers=player.headers)
    assert shown(game_status_of(game), status) == status


def shown(model: type[BaseModel], answer: dict[str, Any]) -> dict[str, Any]:
    """What the model makes of an answer; refuses a name that it doesn't know."""
    return strip(model.model_validate(answer).model_dump(mode="json", exclude_unset=True), answer)


def strip(made: Any, wire: Any) -> Any:
    """Instants as the wire has them: the same moment may be written in two ways."""
    if isinstance(made, dict):
        return {name: strip(value, wire.get(name)) for name, value in made.items()}
    if isinstance(made, list):
        return [strip(one, other) for one, other in zip(made, wire, strict=True)]
    if isinstance(made, str) and isinstance(wire, str) and made[:10] == wire[:10] and "T" in made:
        return wire
    return made
