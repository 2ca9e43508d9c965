"""Every date, number and text that comes from outside has a range: bodies, queries, files, forms, terminal."""

from __future__ import annotations

import importlib
import pkgutil
from collections.abc import Iterator
from typing import Annotated, Any

import pytest
import typer
from fastapi import FastAPI
from fastapi.dependencies.models import Dependant
from fastapi.routing import APIRoute
from pydantic import BaseModel, TypeAdapter
from typer.utils import get_params_from_function

import app as whole_app
from app.cli import app as terminal
from app.domain.config_fields import StrictModel
from app.main import create_app
from app.schemas.common import RequestBody
from tests.fixtures import settings_for
from tests.routes.ranges import without_range


@pytest.fixture(scope="module")
def service() -> FastAPI:
    return create_app(settings_for("sqlite+aiosqlite://"))


def models(base: type[BaseModel]) -> Iterator[type[BaseModel]]:
    for model in base.__subclasses__():
        yield model
        yield from models(model)


def every_route(routes: Any) -> Iterator[APIRoute]:
    for route in routes:
        if isinstance(route, APIRoute):
            yield route
        else:
            inner = getattr(route, "original_router", route)
            yield from every_route(getattr(inner, "routes", ()))


def every_dependant(dependant: Dependant) -> Iterator[Dependant]:
    yield dependant
    for inner in dependant.dependencies:
        yield from every_dependant(inner)


def commands(group: typer.Typer) -> Iterator[Any]:
    yield from (command.callback for command in group.registered_commands)
    for inner in group.registered_groups:
        assert inner.typer_instance is not None
        yield from commands(inner.typer_instance)


def test_every_model_that_reads_from_outside_has_ranges() -> None:
    """Bodies, and the documents of games, seasons, rules, bridges, missions and so on, whoever reads them."""
    for module in pkgutil.walk_packages(whole_app.__path__, "app."):
        if not module.name.endswith("__main__"):
            importlib.import_module(module.name)
    found = {*models(RequestBody), *models(StrictModel)}
    assert len(found) > 100
    problems = []
    for model in found:
        schema = model.model_json_schema()
        problems += without_range(schema, schema.get("$defs", {}), model.__name__)
    assert not problems, "\n".join(sorted(set(problems)))


def test_everything_that_the_contract_takes_has_a_range(service: FastAPI) -> None:
    contract = service.openapi()
    defs, problems = contract["components"]["schemas"], []
    for path, methods in contract["paths"].items():
        for method, described in methods.items():
            name = f"{method} {path}"
            for one in described.get("parameters", ()):
                problems += without_range(one["schema"], defs, f"{name} {one['in']} {one['name']}")
            for kind, content in described.get("requestBody", {}).get("content", {}).items():
                problems += without_range(content["schema"], defs, f"{name} {kind}")
    assert not problems, "\n".join(sorted(set(problems)))


def test_everything_that_a_page_takes_has_a_range(service: FastAPI) -> None:
    """Forms, queries and addresses of pages and of the routes that the contract doesn't name."""
    problems, count = [], 0
    for route in every_route(service.routes):
        for dependant in every_dependant(route.dependant):
            fields = (dependant.path_params, dependant.query_params, dependant.header_params)
            for field in (*(one for some in fields for one in some), *dependant.body_params):
                count += 1
                schema = TypeAdapter(Annotated[field.field_info.annotation, field.field_info]).json_schema()
                name = f"{sorted(route.methods)} {route.path} {field.name}"
                problems += without_range(schema, schema.get("$defs", {}), name)
    assert count > 300
    assert not problems, "\n".join(sorted(set(problems)))


def test_every_number_of_the_terminal_has_a_range() -> None:
    options = [
        (command.__name__, option)
        for command in commands(terminal)
        for option in get_params_from_function(command).values()
    ]
    assert len(options) > 100
    problems = [
        f"{name} {option.name}"
        for name, option in options
        if option.annotation in (int, float, int | None, float | None)
        and None in (getattr(option.default, "min", None), getattr(option.default, "max", None))
    ]
    assert not problems, "\n".join(problems)
