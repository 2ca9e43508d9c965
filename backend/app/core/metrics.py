"""What the service counts about itself. Names are stable: dashboards and alerts read them."""

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram

REGISTRY = CollectorRegistry()

# edges around the targets: 50 ms at 32 players, 500 ms under mixed load
LATENCY_BUCKETS = (0.005, 0.01, 0.02, 0.035, 0.05, 0.075, 0.1, 0.2, 0.35, 0.5, 1.0, 2.5, 5.0)

REQUEST_SECONDS = Histogram(
    "dojang_request_seconds",
    "Time from the first byte in to the last byte out",
    ["method", "route"],
    buckets=LATENCY_BUCKETS,
    registry=REGISTRY,
)
REQUESTS = Counter("dojang_requests_total", "Answers by status", ["method", "route", "status"], registry=REGISTRY)
REFUSALS = Counter("dojang_refusals_total", "Refusals by error code", ["code"], registry=REGISTRY)
PLAYS = Counter("dojang_plays_total", "Plays accepted", ["game"], registry=REGISTRY)
STAMPS = Counter("dojang_stamps_total", "Stamps accepted", registry=REGISTRY)
REPLAYS = Counter("dojang_replays_total", "Stored answers given again", ["operation"], registry=REGISTRY)
ALARMS = Counter("dojang_alarms_total", "What a person must look at", ["alarm"], registry=REGISTRY)
OUTBOX_AGE = Gauge("dojang_outbox_age_seconds", "Age of the oldest announcement not handed on", registry=REGISTRY)
WEBHOOK_AGE = Gauge("dojang_webhook_age_seconds", "Age of the oldest delivery that waits", registry=REGISTRY)
WEBHOOKS = Gauge("dojang_webhook_deliveries", "Deliveries that wait or were given up", ["state"], registry=REGISTRY)
