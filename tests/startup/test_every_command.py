"""Every command ends in words and with an exit code: without database or file, on wrong words, on Ctrl-C."""

from __future__ import annotations

import os
import runpy
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

import pytest
import typer

from app.cli import app
from tests.architecture.house import ROOT
from tests.startup.commands import Commands, commands
from tests.startup.conftest import STRONG

CANARY = "canary"
NOWHERE = f"mysql+aiomysql://x:{CANARY}@127.0.0.1:1/x"
NEEDS_NO_DATABASE = {"ops api-docs", "ops rotate-jwt-secret"}
SLOW = {"ops api-docs"}  # it writes every schema: seconds; tests/ops/test_docs.py tries it every time
STAYS = {"demo", "serve", "dev", "worker"}
BAD_VALUES = ("", "x", "-1", "9" * 30, "9999-12-31", "한글\u200b", "a" * 5000)


def leaves(command: Any, words: tuple[str, ...] = ()) -> Iterator[tuple[str, list[Any]]]:
    """Every command with its parameters."""
    if hasattr(command, "commands"):
        for name, inner in command.commands.items():
            yield from leaves(inner, (*words, name))
    else:
        yield " ".join(words), [one for one in command.params if one.name != "help"]


COMMANDS = dict(leaves(typer.main.get_command(app)))
OPERATING = [name for name in COMMANDS if name not in STAYS]


def walked(names: Iterable[str]) -> list[Any]:
    """Each as a case of its own."""
    return [pytest.param(name, marks=[pytest.mark.slow] if name in SLOW else []) for name in names]


def is_file(parameter: Any) -> bool:
    return "file" in parameter.name or "folder" in parameter.name or parameter.name in {"binlogs", "archive"}


def filled(command: str, desk_folder: Path, /, **given: str) -> list[str]:
    """The command line with everything that it needs, and what is given."""
    words: list[str] = command.split()
    arguments: list[str] = []
    (desk_folder / "some-file").write_text("season: {}\n")
    for one in COMMANDS[command]:
        if one.name not in given and not one.required:
            continue
        value = given.get(one.name, _plausible(one, desk_folder))
        if one.param_type_name == "argument":
            arguments.append(value)
        else:
            words.append(f"{one.opts[0]}={value}")
    return [*words, "--", *arguments] if arguments else words


def _plausible(parameter: Any, folder: Path) -> str:
    if is_file(parameter):
        return str(folder / ("some-folder" if "folder" in parameter.name else "some-file"))
    if parameter.name == "name":
        return "reconcile"
    return "1" if parameter.type_descriptor.annotation is int else "someone"


@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Commands]:
    with commands(tmp_path_factory.mktemp("desk")) as ready:
        yield ready


def run(desk: Commands, words: list[str], **environment: str) -> tuple[int, str]:
    desk.start(words, {"JWT_SECRET": STRONG, "DATABASE_URL": NOWHERE} | environment)
    code, printed = desk.end()
    assert code >= 0, f"{words} did not end\n{printed}"
    assert "Traceback" not in printed, f"{words}\n{printed}"
    assert "unexpected" not in printed, f"{words}\n{printed}"
    assert CANARY not in printed
    assert "app.cli" not in printed
    return code, printed


def test_the_walk_knows_every_command() -> None:
    assert len(OPERATING) >= 35
    assert {"ops reconcile", "ops staff create", "ops season apply", "ops player erase"} <= set(OPERATING)


@pytest.mark.parametrize("name", walked(one for one in COMMANDS if one not in {"demo", "dev"}))
def test_without_its_database_every_command_says_so(name: str, desk: Commands, tmp_path: Path) -> None:
    code, printed = run(desk, filled(name, tmp_path))
    if name in NEEDS_NO_DATABASE:
        assert code == 0, printed
        return
    assert code in {1, 2, 78}, printed
    assert printed.strip()
    empty = f"sqlite+aiosqlite:///{tmp_path / 'empty.db'}"
    if name not in {"ops migrate", "ops backup", "ops restore"}:
        assert run(desk, filled(name, tmp_path), DATABASE_URL=empty)[0] in {1, 2, 78}
    assert run(desk, filled(name, tmp_path), DATABASE_URL=f"sqlite+aiosqlite:///{tmp_path}/some-file/x.db")[0] != 3


@pytest.mark.parametrize("name", [name for name in COMMANDS if name != "dev"])
def test_a_wrong_word_is_answered_with_the_usage_that_people_type(name: str, desk: Commands, tmp_path: Path) -> None:
    code, printed = run(desk, [*name.split(), "--no-such-option"])
    assert code == 2
    assert printed.startswith(f"Usage: ./run {name} ")
    has_data = any(one.name == "data" for one in COMMANDS[name])
    if has_data and name != "demo":
        for wrong in (tmp_path / "nowhere", tmp_path / "some-file"):
            code, printed = run(desk, filled(name, tmp_path, data=str(wrong)))
            assert (code, "there is no demo in" in printed) == (2, True), printed


@pytest.mark.parametrize("name", walked(n for n in OPERATING if any(is_file(one) for one in COMMANDS[n])))
def test_a_file_that_is_missing_or_something_else_is_named(name: str, desk: Commands, tmp_path: Path) -> None:
    (tmp_path / "binary").write_bytes(b"\xff\xfe\x00")
    for one in filter(is_file, COMMANDS[name]):
        for path in (tmp_path / "no" / "such", tmp_path, tmp_path / "binary"):
            run(desk, filled(name, tmp_path, **{one.name: str(path)}))


@pytest.fixture(scope="module")
def demo(desk: Commands, tmp_path_factory: pytest.TempPathFactory) -> str:
    """A demo's folder with schema and reference rows."""
    folder = tmp_path_factory.mktemp("demo")
    url = f"sqlite+aiosqlite:///{folder / 'dojang.db'}"
    lines = {"ENV": "demo", "DATABASE_URL": url, "JWT_SECRET": STRONG}
    (folder / "settings.env").write_text("".join(f"{name}={value}\n" for name, value in lines.items()))
    for words in ("ops migrate", "ops seed"):
        assert run(desk, [*words.split(), "--data", str(folder)])[0] == 0
    return str(folder)


@pytest.mark.slow
@pytest.mark.parametrize("name", [n for n in OPERATING if n not in {"ops restore", "ops api-docs"}])
def test_every_option_on_a_real_service_takes_or_refuses_what_people_may_type(
    name: str, desk: Commands, demo: str, tmp_path: Path
) -> None:
    for one in COMMANDS[name]:
        if one.name in {"data", "as_json"} or is_file(one) or getattr(one, "is_flag", False):
            continue
        for value in BAD_VALUES:
            run(desk, filled(name, tmp_path, data=demo, **{one.name: value}))


def test_a_demo_s_folder_that_is_damaged_is_explained(desk: Commands, demo: str, tmp_path: Path) -> None:
    settings = (Path(demo) / "settings.env").read_bytes()
    for damage in (b"\xff\xfe", b"", b"no equals\n", settings + b"DATABSE_URL=x\n", settings + b"DB_WRITE_POOL=x\n"):
        (tmp_path / "settings.env").write_bytes(damage)
        assert run(desk, ["ops", "reconcile", "--data", str(tmp_path)])[0] in {2, 78}
    (tmp_path / "settings.env").write_bytes(settings)
    for damage in (b"soon", b"\xff", b"1e999", b"nan"):
        (tmp_path / "clock_offset_seconds").write_bytes(damage)
        assert run(desk, ["ops", "reconcile", "--data", str(tmp_path)])[0] == 2


def asked(silent: socket.socket, process: int) -> socket.socket | None:
    """The connection that the process makes; None when it ends without."""
    silent.settimeout(0.05)
    while True:
        try:
            return silent.accept()[0]
        except TimeoutError:
            try:
                os.kill(process, 0)
            except ProcessLookupError:
                return None


@pytest.mark.parametrize("name", [n for n in OPERATING if n not in {*NEEDS_NO_DATABASE, "ops restore"}])
def test_ctrl_c_ends_a_command_that_waits_in_words(name: str, desk: Commands, tmp_path: Path) -> None:
    """Each waits for a server that takes the connection and says nothing."""
    with socket.socket() as silent:
        silent.bind(("127.0.0.1", 0))
        silent.listen()
        url = f"mysql+aiomysql://x:{CANARY}@127.0.0.1:{silent.getsockname()[1]}/x"
        process = desk.start(filled(name, tmp_path), {"JWT_SECRET": STRONG, "DATABASE_URL": url})
        connection = asked(silent, process)
        if connection is not None:
            time.sleep(0.05)
            os.kill(process, signal.SIGINT)
        code, printed = desk.end()
        if connection is None:  # it had another reason to end before it asked the database
            assert code in {1, 2}, printed
        else:
            connection.close()
            assert (code, "stopped by Ctrl-C" in printed) == (130, True), printed
        assert "Traceback" not in printed


@pytest.mark.parametrize("seconds", [0.15, 0.4, 0.8])
def test_ctrl_c_while_a_command_still_starts_shows_no_traceback(seconds: float, tmp_path: Path) -> None:
    command = [sys.executable, "-m", "app", "ops", "reconcile", "--data", str(tmp_path)]
    environment = {"PATH": os.environ["PATH"], "PYTHONPATH": str(ROOT / "backend")}
    process = subprocess.Popen(
        command, cwd=tmp_path, env=environment, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
    )
    time.sleep(seconds)
    process.send_signal(signal.SIGINT)
    printed, _ = process.communicate(timeout=30)
    if "import site" not in printed and "runpy" not in printed.splitlines()[:3]:
        assert "app/" not in printed, printed


def interrupted() -> None:
    """Before a program begins: Ctrl-C was pressed already and is held back, as `./run` holds it back."""
    signal.pthread_sigmask(signal.SIG_BLOCK, [signal.SIGINT])
    os.kill(os.getpid(), signal.SIGINT)


@pytest.mark.parametrize(
    ("words", "says"),
    [(["-m", "app", "ops", "--help"], "stopped by Ctrl-C"), (["run", "serve", "--help"], "run: stopped by Ctrl-C")],
    ids=["app", "run"],
)
def test_ctrl_c_before_the_first_line_waits_for_a_sentence(words: list[str], says: str) -> None:
    ended = subprocess.run(
        [sys.executable, *words], cwd=ROOT, env={"PATH": os.environ["PATH"], "PYTHONPATH": str(ROOT / "backend")},
        preexec_fn=interrupted, capture_output=True, text=True, timeout=30, check=False,
    )  # fmt: skip
    assert (ended.returncode, ended.stderr, ended.stdout) == (130, f"{says}\n", "")


def test_run_hands_over_to_the_app_with_ctrl_c_held_back(monkeypatch: pytest.MonkeyPatch) -> None:
    before = signal.pthread_sigmask(signal.SIG_BLOCK, [])
    try:
        run = runpy.run_path(str(ROOT / "run"), run_name="run")
        for words, is_held in ((("-m", "pytest"), False), (("-m", "app", "ops"), True)):
            signal.pthread_sigmask(signal.SIG_UNBLOCK, [signal.SIGINT])
            monkeypatch.setattr(os, "execve", lambda *_: signal.pthread_sigmask(signal.SIG_BLOCK, []))
            assert (signal.SIGINT in run["become"](*words)) is is_held, words
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


def test_ctrl_c_during_the_set_up_shows_no_traceback(tmp_path: Path) -> None:
    import fcntl  # noqa: PLC0415

    for name in ("run", "requirements.lock", "requirements-dev.lock"):
        (tmp_path / name).write_bytes((ROOT / name).read_bytes())
    with (tmp_path / ".venv.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)  # another start is at it: this one waits
        process = subprocess.Popen(
            [sys.executable, "run", "demo"], cwd=tmp_path, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
        )
        time.sleep(1)
        process.send_signal(signal.SIGINT)
        printed, _ = process.communicate(timeout=30)
    assert (process.returncode, printed) == (130, "run: stopped by Ctrl-C\n")
