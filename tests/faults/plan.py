"""The fault plan (reliability.md, section 5): what is done to the service, what it must hold, and which tests do it.

`python -m tests.proof` reads it; a test sees to it that every test named here exists.
"""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Line:
    """One line of the plan. `tests` are the beginnings of pytest's names; none: nobody does it yet."""

    number: str
    fault: str
    aim: str
    tests: tuple[str, ...] = ()


EXACTLY_ONCE, PROCESSES = "tests/concurrency/test_exactly_once.py::test_", "tests/faults/test_processes.py::test_"
OUT_OF_ORDER, WORKER = "tests/faults/test_servers_out_of_order.py::test_", "tests/batches/test_worker.py::test_"
PLAN = (
    Line("F1", "100 in parallel with one key", "1 effect, 100 equal bodies",
         (f"{EXACTLY_ONCE}100_parallel_requests", f"{EXACTLY_ONCE}100_parallel_stamps",
          f"{EXACTLY_ONCE}100_parallel_claims", "tests/rewards/test_rush.py")),
    Line("F2", "1,000 plays in parallel on 300 tickets", "300 plays, 700 refusals", (f"{EXACTLY_ONCE}1000_parallel",)),
    Line("F3", "200 players of mixed traffic", "no unexpected answer", ("tests/load/test_mixed_traffic.py",)),
    Line("F4", "kill -9 of an API process every 3 s for 60 s", "0 lost or doubled", (f"{PROCESSES}f4",)),
    Line("F5", "kill -9 of the database: 20 x between commit and reply, 50 x at random", "0 lost, back within 5 s",
         ("tests/faults/test_lost_reply.py", f"{PROCESSES}f5")),
    Line("F6", "database or API process hangs for 10 s", "refused in time, 0 lost",
         (f"{PROCESSES}f6", "tests/db/test_outages.py::test_a_server_that_hangs")),
    Line("F7", "Galera: writer, two, all three", "0 lost, gap < 5 s", ("tests/cluster",)),
    Line("F8", "partition between nodes", "minority 503, 0 lost", ("tests/cluster",)),
    Line("F9", "each statement and the commit of 13 value commands: 1213, 1205, 1020, 2013, 1180, cancelled",
         "all or nothing at every position", ("tests/faults/test_every_statement.py", "tests/db/test_retries.py",
                                              "tests/db/test_cancellation.py")),
    Line("F10", "settlement of 20,000: owner killed each 0.5 s, paused, database killed", "exact, 20 seeds",
         ("tests/bridge/test_chaos.py",)),
    Line("F11", "worker down for hours, several workers, clock set back", "each day once, in order",
         (f"{WORKER}every_day_that_was_missed", f"{WORKER}no_job_of_ours", f"{WORKER}a_clock_that_is_set_back",
          f"{WORKER}a_worker_that_was_paused", f"{WORKER}nobody_takes_a_run_over")),
    Line("F12", "edges of the Korean calendar under three time zones of the host", "same outcome",
         ("tests/kst/test_edges.py",)),
    Line("F13", "Redis slow, wiped, gone, back", "value moves, nobody waits",
         (f"{OUT_OF_ORDER}f13", "tests/core/test_redis.py")),
    Line("F14", "pool empty, 1040, read-only, disk full", "503 with a code, recovers by itself",
         (f"{OUT_OF_ORDER}f14", "tests/db/test_outages.py::test_a_pool", "tests/db/test_outages.py::test_a_full",
          "tests/db/test_outages.py::test_a_server_with_no")),
    Line("F15", "hostile input: every route, generated and by hand", "0 x 5xx",
         ("tests/routes/test_bad_input.py", "tests/hostile")),
    Line("F16", "every route x every kind of caller", "exact codes",
         ("tests/routes/test_who_may_call.py", "tests/identity/test_forged_tokens.py")),
    Line("F17", "SIGTERM under load, nginx reloaded, a process killed behind it", "no answer cut off, 0 lost",
         (f"{PROCESSES}f17", "tests/edge/test_live.py")),
    Line("F18", "500 connections that never finish; ten times the players", "p95 < 1 s, normal afterwards",
         (f"{PROCESSES}f18",)),
    Line("F19", "dump under load, restored elsewhere", "all that was acknowledged before, reconcile 0",
         ("tests/faults/test_restore.py",)),
    Line("F20", "one planted violation for each check; the operators' log tampered with", "exactly that check fires",
         ("tests/reconcile", "tests/bridge/test_checks.py", "tests/rewards/test_checks.py",
          "tests/events/test_checks.py", "tests/webhooks/test_checks.py", "tests/goals")),
    Line("F21", "soak: a random fault every 30 s", "0 lost, memory + < 5 %", ("tests/faults/test_soak.py",)),
    Line("F22", "random stories against a naive model", "10,000 steps agree",
         ("tests/property/test_interleavings.py",)),
)  # fmt: skip
