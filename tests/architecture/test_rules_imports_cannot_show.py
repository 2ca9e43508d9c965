"""Rules of the house that import contracts cannot express. Each is also shown to fire on a planted snippet."""

from __future__ import annotations

import re
from dataclasses import dataclass

import pytest

from tests.architecture.house import APP, inside, python_files, references


@dataclass(frozen=True)
class Rule:
    """`forbidden` names appear nowhere in `where` except in `allowed` files."""

    promise: str
    forbidden: str
    planted: str
    where: str = ""
    allowed: str = r"(?!)"  # nowhere

    def broken_by(self, source: str) -> list[int]:
        return sorted({line for name, line in references(source) if re.search(self.forbidden, name)})

    def governs(self, module: str) -> bool:
        return module.startswith(self.where) and not re.match(self.allowed, module)


RULES = [
    Rule(
        "only time_utils reads the clock",
        forbidden=r"^(datetime\.)?(datetime|date)\.(now|utcnow|today)$|^time\.(time|time_ns|localtime|gmtime)$",
        allowed=r"core/time_utils\.py",
        planted="import datetime as dt\nstarted_at = dt.datetime.now(dt.UTC)",
    ),
    Rule(
        "only random_utils and security throw dice",
        forbidden=r"^(random|secrets)(\.|$)|^os\.urandom$",
        allowed=r"utils/random_utils\.py|core/security\.py",
        planted="from secrets import token_hex as make\nkey = make()",
    ),
    Rule(
        "only the transaction commits",
        forbidden=r"\.commit$",
        allowed=r"db/transaction\.py",
        planted="async def work(session):\n    await session().commit()",
    ),
    Rule(
        "only doors speak HTTP errors",
        forbidden=r"(^|\.)HTTPException$",
        allowed=r"(routes|pages)/",
        planted="import fastapi\n\ndef refuse():\n    raise fastapi.HTTPException(409)",
    ),
    Rule(
        "every instant in a table is a UtcDateTime",
        forbidden=r"^sqlalchemy\.(.+\.)?(DateTime|DATETIME|TIMESTAMP)$",
        where="models/",
        planted="import sqlalchemy as sa\nsa.Column('at', sa.DateTime(timezone=True))",
    ),
    Rule(
        "only db opens connections",
        forbidden=r"(^|\.)(create_engine|create_async_engine|(async_)?engine_from_config|create_pool)$"
        r"|^(aiomysql|pymysql|aiosqlite|sqlite3)\.",
        allowed=r"db/",
        planted="from sqlalchemy.ext.asyncio import create_async_engine as open_one\nopen_one('sqlite+aiosqlite://')",
    ),
]


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.promise)
def test_the_app_keeps_the_rule(rule: Rule) -> None:
    governed = [path for path in python_files("backend/app") if rule.governs(path.relative_to(APP).as_posix())]
    broken = [f"{inside(path)}:{line}" for path in governed for line in rule.broken_by(path.read_text())]
    assert not broken, f"{rule.promise}: {', '.join(broken)}"


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.promise)
def test_the_rule_fires_on_a_planted_snippet(rule: Rule) -> None:
    assert rule.governs(f"{rule.where}planted.py")
    assert rule.broken_by(rule.planted)[-1] == len(rule.planted.splitlines())


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.promise)
def test_the_rule_is_silent_about_innocent_code(rule: Rule) -> None:
    innocent = "from datetime import UTC, datetime\n\ndef age(clock, born: datetime):\n    return clock.now() - born"
    assert rule.broken_by(innocent) == []


@pytest.mark.parametrize(
    "spelling",
    [
        "from datetime import datetime\ndatetime.now()",
        "from datetime import date as d\nd.today()",
        "import datetime\ndatetime.datetime.utcnow()",
        "from datetime import datetime\nfield(default_factory=datetime.utcnow)",
        "import time\ntime.time()",
        "from time import time as now\nnow()",
    ],
)
def test_the_clock_is_found_however_it_is_spelled(spelling: str) -> None:
    assert RULES[0].broken_by(spelling)
