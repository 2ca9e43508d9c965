"""Every model that stands in a model, at any depth."""

from collections.abc import Iterator
from typing import Any, get_args

from pydantic import BaseModel


def models_in(model: type[BaseModel]) -> set[type[BaseModel]]:
    """The model and all that its fields hold."""
    found: set[type[BaseModel]] = set()
    waiting = [model]
    while waiting:
        one = waiting.pop()
        if one in found:
            continue
        found.add(one)
        waiting += [part for field in one.model_fields.values() for part in _models(field.annotation)]
    return found


def _models(annotation: Any) -> Iterator[type[BaseModel]]:
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        yield annotation
    for part in get_args(annotation):
        yield from _models(part)
