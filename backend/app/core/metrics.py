"""What the service counts about itself. Names are stable: dashboards and alerts read them."""

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, Info

# what this process counted
REGISTRY = CollectorRegistry()
# what the API reads off the database when it is asked: the worker shows none of it
AT_SCRAPE = CollectorRegistry()

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
# status and, where there is one, why: the reason of an accepted one that gave nothing, the code of one not taken
EVENTS = Counter(
    "dojang_host_events_total", "Host events by what became of them", ["status", "reason"], registry=REGISTRY
)
REPLAYS = Counter("dojang_replays_total", "Stored answers given again", ["operation"], registry=REGISTRY)
ALARMS = Counter("dojang_alarms_total", "What a person must look at", ["alarm"], registry=REGISTRY)
# counted after the commit: what was rolled back and tried again is one reward
REWARDS = Counter("dojang_rewards_total", "Rewards written", ["reward_type", "state"], registry=REGISTRY)
# the edge at 0.5 s says what is slow: a tenth of the budget of one request
TRANSACTION_BUCKETS = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0)
TRANSACTION_SECONDS = Histogram(
    "dojang_transaction_seconds",
    "Time on the database, from taking a connection to giving it back",
    ["kind"],
    buckets=TRANSACTION_BUCKETS,
    registry=REGISTRY,
)
RETRIES = Counter("dojang_transaction_retries_total", "Transactions that were run again", registry=REGISTRY)

# Set when somebody asks (flows/backlog.py, flows/vital_signs.py, db/cache.py).
OUTBOX_AGE = Gauge("dojang_outbox_age_seconds", "Age of the oldest announcement not handed on", registry=AT_SCRAPE)
WEBHOOK_AGE = Gauge("dojang_webhook_age_seconds", "Age of the oldest delivery that waits", registry=AT_SCRAPE)
WEBHOOKS = Gauge("dojang_webhook_deliveries", "Deliveries that wait or were given up", ["state"], registry=AT_SCRAPE)
DATABASE_UP = Gauge("dojang_database_up", "1 when the database answers", registry=AT_SCRAPE)
SCHEMA_AT_HEAD = Gauge("dojang_schema_at_head", "1 when the schema is this version's", registry=AT_SCRAPE)
WORKER_QUIET = Gauge("dojang_worker_quiet_seconds", "Since any worker reported", registry=AT_SCRAPE)
JOBS_FAILED = Gauge("dojang_jobs_failed", "Runs that wait for a person", registry=AT_SCRAPE)
JOBS_STUCK = Gauge("dojang_jobs_stuck", "Open runs that come no further", registry=AT_SCRAPE)
RECONCILE_DIFFERENCES = Gauge(
    "dojang_reconcile_differences", "Rows that the last reconcile could not explain", registry=AT_SCRAPE
)
RECONCILE_AGE = Gauge("dojang_reconcile_age_seconds", "Since the last reconcile ended", registry=AT_SCRAPE)
POOL_IN_USE = Gauge("dojang_db_pool_in_use", "Connections taken", ["pool"], registry=AT_SCRAPE)
POOL_SIZE = Gauge("dojang_db_pool_size", "Connections at most", ["pool"], registry=AT_SCRAPE)
# NaN where there is no Redis at all
REDIS_UP = Gauge("dojang_redis_up", "1 when Redis answers", registry=AT_SCRAPE)
REDIS_HIT_RATIO = Gauge(
    "dojang_redis_hit_ratio", "Keys found, of those asked for, since it started", registry=AT_SCRAPE
)
BUILD = Info("dojang_build", "The version that runs and the schema it needs", registry=AT_SCRAPE)
