"""What a withdrawn promise takes from players is said in Korean, too: every loss that the code can name."""

from __future__ import annotations

import ast
from collections.abc import Iterator

import pytest

from app.domain.losses_ko import LOSSES, korean
from app.domain.promises import PROMISES
from tests.architecture.house import APP

# the modules that name losses beside the rows of `promises`
WHERE = (
    *("domain/season_edits.py", "domain/weighted.py", "domain/promo_config.py", "domain/promises.py"),
    *(
        "flows/save_bridge.py",
        "flows/save_game_config.py",
        *(f"games/{game}/rule.py" for game in ("scratch_box", "dice")),
    ),
)


def template(node: ast.expr) -> str | None:
    """The words of a text, with {} for what varies."""
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        return node.value
    if isinstance(node, ast.JoinedStr):
        return "".join(str(part.value) if isinstance(part, ast.Constant) else "{}" for part in node.values)
    return None


def called(node: ast.AST) -> str:
    return node.func.id if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) else ""


def losses() -> Iterator[str]:
    yield from (promise.loss for promise in PROMISES)
    for file in WHERE:
        tree = ast.parse((APP / file).read_text())
        refused = {id(part) for node in ast.walk(tree) if called(node) == "invalid" for part in ast.walk(node)}
        for node in ast.walk(tree):
            if isinstance(node, ast.Tuple) and len(node.elts) == 2 and id(node) not in refused:
                words = template(node.elts[1])
                if words is not None and " " in words:
                    yield words
    for path in APP.rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text())):
            if called(node) == "require_loss_accepted":
                words = template(node.args[0])  # type: ignore[attr-defined] # a call has arguments
                assert words is not None, path
                yield words


def test_every_loss_is_said_in_korean_and_no_word_is_left_over() -> None:
    named = set(losses()) | {"players have reached this level: only its labels may change"}
    assert named - LOSSES.keys() == set()
    assert LOSSES.keys() - named == set()


@pytest.mark.parametrize(("loss", "said"), LOSSES.items())
def test_what_varies_stands_in_both(loss: str, said: str) -> None:
    assert loss.count("{}") == said.count("{}")
    assert korean(loss.replace("{}", "7")) == said.replace("{}", "7")


def test_a_loss_within_a_loss_is_korean_as_well() -> None:
    told = korean("3 would lose their stamps and open claims until 2025-12-31: name the number to do it")
    assert told == "3명이 잃습니다: 2025-12-31까지의 도장과 받을 보상. 그래도 하려면 이 인원을 적으세요"
