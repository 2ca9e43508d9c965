"""Figures that the documents name are those of the code, in both languages: who changes one changes the pages."""

from __future__ import annotations

from datetime import timedelta
from inspect import signature

import pytest

from app.cli import ops
from app.cli.serve import GRACEFUL_SECONDS
from app.config.settings import Settings
from app.core.database_facts import SPARE_CONNECTIONS
from app.core.jwks import FRESH
from app.domain.code_files import MAX_CODES
from app.domain.webhooks import RETRY_AFTER_SECONDS
from app.flows.game_status import MOST_VERSIONS
from app.flows.host_keys import MOST_KEYS
from app.flows.live_stream import LOOK_SECONDS
from app.flows.make_players import MOST_AT_ONCE
from app.flows.sign_in_link import LINK_LIFE
from tests.docs.reading import DOCS


def default(name: str) -> int:
    return int(Settings.model_fields[name].default)


def longest_token() -> timedelta:
    """How long a token that `ops token` prints may live at most."""
    [option] = signature(ops.token).parameters["ttl"].annotation.__metadata__
    return timedelta(seconds=option.max)


WRITE, READ = default("db_write_pool"), default("db_read_pool")
NEEDED = f"{WRITE + READ} + {SPARE_CONNECTIONS}"
LEASE = default("job_lease_seconds")
# the page, what it says in English and in Korean, and what of the code must be so
CLAIMS: list[tuple[str, str, str, bool]] = [
    ("how-to/scale-out", f"({WRITE} + {READ})", f"({WRITE} + {READ})", True),
    (
        "how-to/scale-out",
        f"× {WRITE + READ} + {SPARE_CONNECTIONS} <",
        f"× {WRITE + READ} + {SPARE_CONNECTIONS} <",
        True,
    ),
    ("how-to/scale-out", f"after {LEASE} seconds", f"{LEASE}초 뒤", True),
    ("how-to/scale-out", "within two seconds", "2초 안", LOOK_SECONDS == 2),
    ("how-to/rotate-keys", "twenty live keys", "스무 개까지", MOST_KEYS == 20),
    ("how-to/rotate-keys", "within ten minutes", "10분 안에", timedelta(minutes=10) == FRESH),
    ("how-to/rotate-keys", "within 24 hours", "24시간 안에", timedelta(hours=24) == LINK_LIFE),
    ("how-to/rotate-keys", "A day, because", "하루", longest_token() == timedelta(days=1)),
    ("how-to/upgrade", f"up to {GRACEFUL_SECONDS} seconds", f"최대 {GRACEFUL_SECONDS}초", True),
    ("how-to/change-odds", "newest fifty", "최근 50개", MOST_VERSIONS == 50),
    ("how-to/connect-a-host", f"up to {MOST_AT_ONCE:,} a call", f"{MOST_AT_ONCE:,}명까지", True),
    ("how-to/upload-codes", f"{MAX_CODES:,} codes", f"코드 {MAX_CODES:,}개", True),
    ("concepts", "retried for three days", "사흘 동안 재시도", sum(RETRY_AFTER_SECONDS) // 86_400 == 3),
]


@pytest.mark.parametrize(("page", "english", "korean", "is_so"), CLAIMS, ids=[claim[1] for claim in CLAIMS])
def test_a_figure_is_what_the_code_says(page: str, english: str, korean: str, is_so: bool) -> None:
    assert is_so, f"{page} says {english!r}"
    for name, said in ((f"{page}.md", english), (f"{page}.ko.md", korean)):
        assert said in " ".join((DOCS / name).read_text(encoding="utf-8").split()), name
