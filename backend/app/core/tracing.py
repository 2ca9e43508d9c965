"""Traces of requests to an OpenTelemetry collector: no queries, bodies or headers. Imported only with an address."""

from opentelemetry.context import Context
from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
from opentelemetry.sdk.resources import Resource
from opentelemetry.sdk.trace import Span, SpanProcessor, TracerProvider
from opentelemetry.sdk.trace.export import BatchSpanProcessor
from opentelemetry.trace import get_current_span

REDACTED = "REDACTED"  # the specification's word


class WithoutQueries(SpanProcessor):
    """A query may hold a one-time key: that there was one is all that leaves."""

    def on_start(self, span: Span, parent_context: Context | None = None) -> None:
        if span.attributes and "url.query" in span.attributes:
            span.set_attribute("url.query", REDACTED)


def name_span(method: str, route: str) -> None:
    """Gives the present request's span its route: the short way to the hot ones (routes/hot.py) tells FastAPI none."""
    span = get_current_span()
    span.update_name(f"{method} {route}")
    span.set_attribute("http.route", route)


def tracer_provider(address: str, *, service: str, environment: str) -> TracerProvider:
    """Sends spans to `address` as OTLP over HTTP, in the background; they are dropped while the collector is away.

    What is left is sent when the process ends. OTEL_RESOURCE_ATTRIBUTES and OTEL_TRACES_SAMPLER mean what the
    specification says.
    """
    named = Resource.create({"service.name": service, "deployment.environment.name": environment})
    provider = TracerProvider(resource=named)
    provider.add_span_processor(WithoutQueries())
    provider.add_span_processor(BatchSpanProcessor(OTLPSpanExporter(endpoint=f"{address.rstrip('/')}/v1/traces")))
    return provider
