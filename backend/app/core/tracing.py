"""Traces of requests and their transactions to an OpenTelemetry collector. Imported only with an address.

No queries, bodies or headers leave, no SQL and nobody's id: a span has a name, a time, and what came of it.
"""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any

from opentelemetry.context import Context, attach, create_key, detach, get_current, get_value, set_value
from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
from opentelemetry.sdk.resources import Resource
from opentelemetry.sdk.trace import Span, SpanProcessor, TracerProvider
from opentelemetry.sdk.trace.export import BatchSpanProcessor
from opentelemetry.trace import Link, StatusCode, get_current_span

from app.core.errors import AppError

REDACTED = "REDACTED"  # the specification's word
OUTCOME = "dojang.outcome"
COMMITTED, FAILED = "committed", "failed"
LINKS = create_key("dojang-links")


class WithoutQueries(SpanProcessor):
    """A query may hold a one-time key: that there was one is all that leaves."""

    def on_start(self, span: Span, parent_context: Context | None = None) -> None:
        if span.attributes and "url.query" in span.attributes:
            span.set_attribute("url.query", REDACTED)


class Traces:
    """The spans of one process. A transaction's is inside its request's; those that shared it are its links."""

    def __init__(self, address: str, *, service: str, environment: str) -> None:
        self.provider = tracer_provider(address, service=service, environment=environment)
        self._tracer = self.provider.get_tracer("dojang")

    def close(self) -> None:
        """Sends what is left, once; of a collector that is away nothing is expected."""
        self.provider.shutdown()

    @staticmethod
    def name_span(method: str, route: str) -> None:
        """Gives the present request's span its route: the short way to the hot ones (routes/hot.py) tells none."""
        span = get_current_span()
        span.update_name(f"{method} {route}")
        span.set_attribute("http.route", route)

    @staticmethod
    def origin() -> Context:
        """Whose span the caller is in: what `on_behalf_of` wants to know of a command that waits."""
        return get_current()

    @staticmethod
    @contextmanager
    def on_behalf_of(origins: Sequence[Context]) -> Iterator[None]:
        """What begins in here belongs to the first of these requests, and is linked to the others."""
        spans = (get_current_span(origin).get_span_context() for origin in origins[1:])
        token = attach(set_value(LINKS, [Link(span) for span in spans if span.is_valid], origins[0]))
        try:
            yield
        finally:
            detach(token)

    @contextmanager
    def transaction(self, work: Callable[..., Any]) -> Iterator[None]:
        """The span of a transaction with all its tries, named as the flow that wrote `work`.

        Its outcome: `committed`, the code of a refusal, or `failed`. No exception is kept: its text may hold values.
        """
        name = getattr(work, "__qualname__", type(work).__name__).partition(".<locals>")[0]
        with self.span(name):
            yield

    @contextmanager
    def span(self, name: str) -> Iterator[None]:
        """A span around what is done inside, such as a run of a job; its outcome as a transaction's."""
        with self._tracer.start_as_current_span(
            name,
            links=get_value(LINKS) or (),  # type: ignore[arg-type]  # only on_behalf_of sets it
            record_exception=False,
            set_status_on_exception=False,
        ) as span:
            try:
                yield
            except AppError as refusal:
                span.set_attribute(OUTCOME, refusal.code)
                raise
            except BaseException:
                span.set_attribute(OUTCOME, FAILED)
                span.set_status(StatusCode.ERROR)
                raise
            span.set_attribute(OUTCOME, COMMITTED)


def tracer_provider(address: str, *, service: str, environment: str) -> TracerProvider:
    """Sends spans to `address` as OTLP over HTTP, in the background; they are dropped while the collector is away.

    OTEL_RESOURCE_ATTRIBUTES and OTEL_TRACES_SAMPLER mean what the specification says.
    """
    named = Resource.create({"service.name": service, "deployment.environment.name": environment})
    provider = TracerProvider(resource=named)
    provider.add_span_processor(WithoutQueries())
    provider.add_span_processor(BatchSpanProcessor(OTLPSpanExporter(endpoint=f"{address.rstrip('/')}/v1/traces")))
    return provider
