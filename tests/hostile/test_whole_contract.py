"""Schemathesis over the whole contract, with bearers that get in: no 5xx, and no answer that is not documented."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Any

import pytest
import requests
import schemathesis
from hypothesis import HealthCheck, given, seed, settings
from hypothesis.errors import Unsatisfiable
from schemathesis import Case, GenerationMode
from schemathesis.checks import not_a_server_error
from schemathesis.core.failures import FailureGroup
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from app.main import create_app
from tests.fixtures import new_mariadb, settings_for
from tests.hostile.callers import Operation, bearers, operations
from tests.live import live_world

CHECKS = [
    not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_schema_conformance,
    response_headers_conformance,
]
MODES = (GenerationMode.POSITIVE, GenerationMode.NEGATIVE)
SEED = 20_251_210
EACH_BY_DEFAULT = 8  # each eighth route, one case of each kind: generating a case takes longer than answering it
CASES_WHEN_SLOW = 25


class Contract:
    """A served service and its contract, as Schemathesis reads it."""

    def __init__(self, url: str, document: dict[str, Any], who: dict[str, dict[str, str]]) -> None:
        self._url, self._who = url, who
        self._schema = schemathesis.openapi.from_dict(document)
        self._session = requests.Session()
        self.operations = list(operations(document))

    def fuzz(self, one: Operation, cases: int) -> list[str]:
        """So many sound and so many unsound requests to one route; what was not right about the answers."""
        return [problem for mode in MODES for problem in self._fuzz(one, mode, cases)]

    def _fuzz(self, one: Operation, mode: GenerationMode, cases: int) -> list[str]:
        operation = self._schema[one.path][one.method]
        quiet = {"deadline": None, "database": None, "suppress_health_check": list(HealthCheck)}

        @seed(SEED)
        @settings(max_examples=cases, **quiet)
        @given(case=operation.as_strategy(generation_mode=mode))
        def meets_the_contract(case: Case) -> None:
            headers = self._who[one.bearer]
            response = case.call(base_url=self._url, session=self._session, headers=headers, timeout=20)
            case.validate_response(response, checks=CHECKS, headers=headers)

        try:
            meets_the_contract()
        except Unsatisfiable:  # nothing about this route can be unsound
            return []
        except (Exception, FailureGroup) as error:  # one route's problem must not hide another's
            return [f"{one.name} ({mode.value}): {error}"]
        return []


@pytest.fixture(scope="module")
async def contract() -> AsyncIterator[Contract]:
    """A service over MariaDB with the reference event running today."""
    with new_mariadb() as url:
        values = settings_for(url)
        async with live_world(values, workers=1) as world:
            who = await bearers(world)
            yield Contract(str(world.client.base_url), create_app(values).openapi(), who)


def test_some_routes_answer_as_documented(contract: Contract) -> None:
    problems = [found for one in contract.operations[::EACH_BY_DEFAULT] for found in contract.fuzz(one, 1)]
    assert not problems, "\n\n".join(problems)


@pytest.mark.slow
@pytest.mark.timeout(3600)
def test_every_route_answers_as_documented(contract: Contract) -> None:
    problems = [found for one in contract.operations for found in contract.fuzz(one, CASES_WHEN_SLOW)]
    assert not problems, "\n\n".join(problems)
