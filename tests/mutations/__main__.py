"""`./run test --mutations`: breaks a copy of this tree in some sixty ways, one at a time, and asks the tests to notice.

Exit code 0 when every mutation was caught. The tree itself is never touched.
"""

from __future__ import annotations

import argparse
import json
import os
import shutil
import subprocess
import sys
import tempfile
import time
from dataclasses import asdict, dataclass
from pathlib import Path

from rich.console import Console
from rich.table import Table

from tests.mutations.guards import GUARDS
from tests.mutations.mutations import MUTATIONS
from tests.mutations.patches import Mutation
from tests.provision import find_or_install

ROOT = Path(__file__).resolve().parents[2]
TESTS_FAILED = 1  # pytest's exit code; anything above is a run that never came to a verdict
LONGEST_SECONDS = 300


@dataclass(frozen=True, slots=True)
class Verdict:
    """Was it caught, and by what; or why nobody can say."""

    mutation: str
    is_caught: bool
    seconds: float
    by: str


def main() -> int:
    parser = argparse.ArgumentParser(prog="./run test --mutations", description=__doc__)
    parser.add_argument("--out", type=Path, metavar="FILE", help="write the verdicts there as JSON")
    parser.add_argument("--only", metavar="TEXT", help="those whose name holds this text")
    options = parser.parse_args()
    chosen = [mutation for mutation in (*MUTATIONS, *GUARDS) if not options.only or options.only in mutation.name]
    servers = find_or_install()
    environment = os.environ | {"TEST_REDIS_URL": "off"}
    if servers.database_url:
        environment["TEST_DATABASE_URL"] = servers.database_url
    try:
        with tempfile.TemporaryDirectory(prefix="dojang-mutations-") as folder:
            verdicts = [judge(mutation, Path(folder) / str(n), environment) for n, mutation in enumerate(chosen)]
    finally:
        servers.stop()
    show(verdicts)
    if options.out:
        options.out.parent.mkdir(parents=True, exist_ok=True)
        options.out.write_text(json.dumps([asdict(verdict) for verdict in verdicts], indent=1) + "\n")
    return 0 if all(verdict.is_caught for verdict in verdicts) else 1


def judge(mutation: Mutation, copy: Path, environment: dict[str, str]) -> Verdict:
    """The tests' verdict on the whole tree first, then on the broken one: only the difference counts."""
    copy_tree(copy)
    started = time.monotonic()
    sound, words = run_tests(mutation, copy, environment)
    if sound != 0:
        return _verdict(mutation, False, started, f"its tests fail without it: {words}")
    try:
        for edit in mutation.edits:
            file = copy / edit.file
            file.write_text(edit.applied_to(file.read_text()))
    except ValueError as error:
        return _verdict(mutation, False, started, f"does not apply: {error}")
    broken, words = run_tests(mutation, copy, environment)
    shutil.rmtree(copy)
    return _verdict(mutation, broken == TESTS_FAILED, started, words)


def _verdict(mutation: Mutation, is_caught: bool, started: float, by: str) -> Verdict:
    print(f"{'caught' if is_caught else 'NOT   '} {mutation.name}", file=sys.stderr, flush=True)
    return Verdict(mutation.name, is_caught, round(time.monotonic() - started, 1), by)


def copy_tree(copy: Path) -> None:
    """What git knows of this tree, as it stands now."""
    listed = subprocess.run(["git", "ls-files", "-z", "-c", "-o", "--exclude-standard"], cwd=ROOT, capture_output=True)
    for name in filter(None, listed.stdout.decode().split("\0")):
        if (ROOT / name).is_file():
            (copy / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(ROOT / name, copy / name)


def run_tests(mutation: Mutation, copy: Path, environment: dict[str, str]) -> tuple[int, str]:
    """(exit code, the first failure or the last line)."""
    command = [sys.executable, "-m", "pytest", "-q", "-x", "-n0", "-p", "no:cacheprovider", *mutation.tests]
    here = environment | {"PYTHONPATH": f"{copy / 'backend'}:{copy}", "PYTHONDONTWRITEBYTECODE": "1"}
    try:
        done = subprocess.run(command, cwd=copy, env=here, capture_output=True, text=True, timeout=LONGEST_SECONDS)
    except subprocess.TimeoutExpired:
        return TESTS_FAILED, f"no end within {LONGEST_SECONDS} s"
    lines = done.stdout.strip().splitlines() or [done.stderr.strip()[-200:]]
    failures = [line.removeprefix("FAILED ").partition(" - ")[0] for line in lines if line.startswith("FAILED ")]
    return done.returncode, (failures or lines[-1:])[0]


def show(verdicts: list[Verdict]) -> None:
    table = Table("mutation", "", "s", "by", box=None)
    for verdict in verdicts:
        table.add_row(verdict.mutation, "caught" if verdict.is_caught else "NOT", f"{verdict.seconds}", verdict.by)
    console = Console(highlight=False, width=None if sys.stdout.isatty() else 200)
    console.print(table, markup=False)
    console.print(f"{sum(verdict.is_caught for verdict in verdicts)} of {len(verdicts)} caught")


if __name__ == "__main__":
    sys.exit(main())
