"""The settlement under kill -9, pauses past the lease and a dying database: exact, every time."""

import random
import signal
import time

import pytest

from app.container import open_house
from app.core.time_utils import SystemClock
from app.flows.reconcile import reconcile
from tests.bridge.crowd import connection, prepare, require_exact
from tests.bridge.workers import Settlement, Workers, workers
from tests.fixtures import settings_for
from tests.servers import MariaDb


async def test_three_kills_of_the_owner_change_nothing(own_mariadb: MariaDb) -> None:
    settings = settings_for(own_mariadb.create_database("dojang"), job_lease_seconds=1, settlement_chunk=4)
    expected = await prepare(settings, 500)
    run = Settlement(own_mariadb, "dojang")
    with workers(settings, 2) as crew:
        kills, seen = 0, -1
        while kills < 3:
            status, owner, seen = run.wait_for_progress(crew, seen)
            assert status == "RUNNING", f"the run was over after {kills} kills: make the chunks smaller"
            kills += crew.kill(owner)
            crew.replenish()
        while status != "DONE":
            status, _, seen = run.wait_for_progress(crew, seen)
            assert status != "FAILED"
    await require_explained(settings.database_url)
    with connection(settings.database_url) as db:
        require_exact(db, expected)


@pytest.mark.slow
@pytest.mark.timeout(900)
@pytest.mark.parametrize("seed", range(20))
async def test_chaos_is_exact(own_mariadb: MariaDb, seed: int) -> None:
    """20,000 players, four workers; each half second one of: kill -9 of the owner, a pause past the lease, kill -9 of

    the database.
    """
    settings = settings_for(own_mariadb.create_database("dojang"), job_lease_seconds=1, settlement_chunk=100)
    expected = await prepare(settings, 20_000)
    with workers(settings, 4) as crew:
        deeds = wreak_havoc(own_mariadb, crew, random.Random(seed))
    print(f"seed {seed}: {deeds}")
    await require_explained(settings.database_url)
    with connection(settings.database_url) as db:
        require_exact(db, expected)


def wreak_havoc(server: MariaDb, crew: Workers, dice: random.Random) -> dict[str, int]:
    """Does its deeds until the settlement is done; returns how many of each."""
    run, deeds = Settlement(server, "dojang"), dict.fromkeys(("kill", "pause", "database"), 0)
    seen = -1
    # on a machine that is busy the owner must get to settle somebody at all: the half second begins with that
    while (found := run.wait_for_progress(crew, seen, within=120))[0] != "DONE":
        assert found[0] != "FAILED"
        seen = found[2]
        time.sleep(0.5)
        found = run.look()
        deed = dice.choices(("kill", "pause", "database"), weights=(6, 2, 1))[0]
        if deed == "database":
            server.kill9()
            server.start()
            deeds[deed] += 1
        elif deed == "kill":
            deeds[deed] += crew.kill(found[1])
        elif crew.signal(found[1], signal.SIGSTOP):
            time.sleep(2.5)
            deeds[deed] += crew.signal(found[1], signal.SIGCONT)
        crew.replenish()
    return deeds


async def require_explained(url: str) -> None:
    """Nothing differs, except what workers that were killed in their other jobs have left to the next worker."""
    house = open_house(settings_for(url), clock=SystemClock())
    try:
        found = {check.name: check.examples for check in await reconcile(house) if check.count}
    finally:
        await house.database.dispose()
    assert not found
