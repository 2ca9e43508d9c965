"""Traces reach a collector, carry on the caller's trace, and hold nothing that a client must keep to itself."""

import asyncio
import os
import signal
import threading
from collections.abc import Iterator, Sequence
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest

from app.core.time_utils import FixedClock
from app.flows.lane import Lane
from app.flows.play import PlayCommand
from app.worker import work_until_stopped
from tests.db.databases import ask
from tests.fixtures import settings_for
from tests.world import World, key, open_world

CANARY = "canary-51c0de-never-to-be-seen"
TRACE_ID = "0af7651916cd43dd8448eb211c80319c"


class Collector(ThreadingHTTPServer):
    """Takes what is sent to /v1/traces."""

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Taker)
        self.taken: list[bytes] = []

    @property
    def address(self) -> str:
        return f"http://127.0.0.1:{self.server_port}"


class Taker(BaseHTTPRequestHandler):
    server: Collector

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"]))
        if self.path == "/v1/traces":
            self.server.taken.append(body)
        self.send_response(200)
        self.end_headers()

    def log_message(self, *_: object) -> None:
        """Says nothing."""


@pytest.fixture
def collector() -> Iterator[Collector]:
    with Collector() as started:
        thread = threading.Thread(target=started.serve_forever, daemon=True)
        thread.start()
        yield started
        started.shutdown()
        thread.join()


def taken_by(collector: Collector) -> tuple[list[Any], list[Any]]:
    """(resources, spans in the order in which they began) of all that was sent."""
    sent = [ExportTraceServiceRequest.FromString(body) for body in collector.taken]
    resources = [spans for request in sent for spans in request.resource_spans]
    spans = [span for one in resources for scope in one.scope_spans for span in scope.spans]
    return resources, sorted(spans, key=lambda span: span.start_time_unix_nano)


def attributes(span: Any) -> dict[str, Any]:
    return {pair.key: pair.value.string_value or pair.value.int_value for pair in span.attributes}


def flush(world: World) -> None:
    world.app._telemetry["tracer_provider"].force_flush()


async def test_a_request_is_a_span_of_its_callers_trace_without_any_secret(
    sqlite_url: str, clock: FixedClock, collector: Collector, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("OTEL_EXPORTER_OTLP_COMPRESSION", "none")
    settings = settings_for(sqlite_url, otel_exporter_otlp_endpoint=collector.address + "/")
    async with open_world(settings, clock) as world:
        player = await world.player("kim", ROULETTE_COIN=2)
        headers = player.headers | key() | {"traceparent": f"00-{TRACE_ID}-b7ad6b7169203331-01"}
        answer = await world.client.post("/api/roulette/play", headers=headers | {"Cookie": f"session={CANARY}"})
        assert answer.status_code == 200
        await world.sql("DROP TABLE wallet_ledger")
        more = headers | key() | {"Cookie": f"session={CANARY}"}
        broken = await world.client.post(f"/api/roulette/play?token={CANARY}", json={}, headers=more)
        assert broken.status_code == 500, broken.text
        flush(world)
    resources, spans = taken_by(collector)
    played = [span for span in spans if span.trace_id.hex() == TRACE_ID and span.name.startswith("POST")]
    assert [span.name for span in played] == ["POST /api/roulette/play"] * 2
    assert attributes(played[0])["http.route"] == "/api/roulette/play"
    assert attributes(played[0])["http.response.status_code"] == 200
    plays = [span for span in spans if span.name == "play"]
    assert [span.parent_span_id for span in plays] == [span.span_id for span in played], "inside their requests"
    assert [attributes(span) for span in plays] == [{"dojang.outcome": "committed"}, {"dojang.outcome": "failed"}]
    assert [span.status.code for span in plays] == [0, 2]
    assert not any(span.events or span.status.message for span in plays), "the text of an error holds values"
    named = {pair.key: pair.value.string_value for pair in resources[0].resource.attributes}
    assert (named["service.name"], named["deployment.environment.name"]) == ("dojang", "test")
    token = player.headers["Authorization"].split()[1]
    for secret in (CANARY, token, "kim", "wallet_ledger", "INSERT", "SELECT"):
        assert all(secret.encode() not in body for body in collector.taken), secret


async def test_who_shares_a_transaction_is_linked_to_it_and_a_refusal_is_named(
    sqlite_url: str, clock: FixedClock, collector: Collector, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("OTEL_EXPORTER_OTLP_COMPRESSION", "none")
    async with open_world(settings_for(sqlite_url, otel_exporter_otlp_endpoint=collector.address), clock) as world:
        players = [await world.player(f"p{number}", ROULETTE_COIN=1) for number in range(6)]

        async def play(number: int) -> None:
            traced = {"traceparent": f"00-{number + 1:032x}-b7ad6b7169203331-01"}
            headers = players[number].headers | key() | traced
            assert (await world.client.post("/api/roulette/play", headers=headers)).status_code == 200

        lane, begun = world.container.plays, list[PlayCommand]()
        carry_out = lane._run

        async def when_all_are_there(commands: Sequence[PlayCommand]) -> Any:
            begun.extend(commands)
            while len(begun) + sum(map(len, lane._waiting)) < 6:  # noqa: ASYNC110 – nobody tells of a command that waits
                await asyncio.sleep(0.001)
            return await carry_out(commands)

        monkeypatch.setattr(lane, "_run", when_all_are_there)
        await asyncio.gather(*map(play, range(6)))
        admin = await world.token("boss", "admin")
        nobody = "/api/admin/hosts/nowhere/disable"
        assert await world.code("POST", nobody, json={"reason": "x"}, headers=admin | {"If-Match": "*"}) == (
            404, "NOT_FOUND",
        )  # fmt: skip
        flush(world)
    _, spans = taken_by(collector)
    plays = [span for span in spans if span.name == "play"]
    assert len(plays) < 6, "some shared one"
    requests = {span.span_id: span.trace_id for span in spans if span.name == "POST /api/roulette/play"}
    assert all(requests[span.parent_span_id] == span.trace_id for span in plays), "of a request that waits for it"
    served = [span.trace_id for span in plays] + [link.trace_id for span in plays for link in span.links]
    assert sorted(served) == [(number + 1).to_bytes(16, "big") for number in range(6)], "each request once"
    assert [attributes(span) for span in spans if span.name == "switch_host"] == [{"dojang.outcome": "NOT_FOUND"}]


async def test_without_a_collector_nothing_is_traced(sqlite_world: World) -> None:
    assert sqlite_world.house.traces is None
    lanes = [lane for lane in vars(sqlite_world.container).values() if isinstance(lane, Lane)]
    assert len(lanes) > 5 and all(lane._traces is None for lane in lanes)


async def test_a_collector_that_is_away_hinders_nobody(
    sqlite_url: str, clock: FixedClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("OTEL_EXPORTER_OTLP_TIMEOUT", "0.2")  # s; the end of a process waits so long for it
    async with open_world(settings_for(sqlite_url, otel_exporter_otlp_endpoint="http://127.0.0.1:9"), clock) as world:
        player = await world.player("kim")
        assert (await world.client.get("/api/me", headers=player.headers)).status_code == 200


async def test_a_worker_tells_the_collector_of_its_runs_and_their_transactions(
    sqlite_url: str, clock: FixedClock, collector: Collector, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("OTEL_EXPORTER_OTLP_COMPRESSION", "none")
    settings = settings_for(sqlite_url, otel_exporter_otlp_endpoint=collector.address)
    worker = asyncio.create_task(work_until_stopped(settings, clock=clock, tick_seconds=60))
    query = "SELECT COUNT(*) FROM job_runs WHERE job = 'season_turn' AND status = 'DONE'"
    for _ in range(500):
        if ask(settings.database_url, query) == [(1,)]:
            break
        await asyncio.sleep(0.02)
    os.kill(os.getpid(), signal.SIGTERM)
    await worker
    resources, spans = taken_by(collector)
    assert attributes(resources[0].resource)["service.name"] == "dojang-worker"
    [run] = [span for span in spans if span.name == "job season_turn"]
    inside = [span.name for span in spans if span.parent_span_id == run.span_id]
    assert "turn_seasons" in inside
    assert attributes(run)["dojang.outcome"] == "committed"
