"""Traces reach a collector, carry on the caller's trace, and hold nothing that a client must keep to itself."""

import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest

from app.core.time_utils import FixedClock
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
    sent = [ExportTraceServiceRequest.FromString(body) for body in collector.taken]
    resources = [spans for request in sent for spans in request.resource_spans]
    spans = [span for one in resources for scope in one.scope_spans for span in scope.spans]
    played = [span for span in spans if span.trace_id.hex() == TRACE_ID]
    assert [span.name for span in played] == ["POST /api/roulette/play"] * 2
    attributes = {pair.key: pair.value.string_value or pair.value.int_value for pair in played[0].attributes}
    assert attributes["http.route"] == "/api/roulette/play"
    assert attributes["http.response.status_code"] == 200
    named = {pair.key: pair.value.string_value for pair in resources[0].resource.attributes}
    assert (named["service.name"], named["deployment.environment.name"]) == ("dojang", "test")
    token = player.headers["Authorization"].split()[1]
    for body in collector.taken:
        assert CANARY.encode() not in body
        assert token.encode() not in body


async def test_a_collector_that_is_away_hinders_nobody(sqlite_url: str, clock: FixedClock) -> None:
    async with open_world(settings_for(sqlite_url, otel_exporter_otlp_endpoint="http://127.0.0.1:9"), clock) as world:
        player = await world.player("kim")
        assert (await world.client.get("/api/me", headers=player.headers)).status_code == 200
