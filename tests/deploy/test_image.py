"""The image: linted, nobody's root, and its scripts really run."""

from __future__ import annotations

import json
import os
import re
import shutil
import stat
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from threading import Thread

import pytest

from app.core.startup import EXIT_CODE, weakness_of
from docker.healthy import is_healthy
from tests.architecture.house import ROOT, project_files
from tests.startup.conftest import statements

DOCKER = ROOT / "docker"
DOCKERFILE = DOCKER / "Dockerfile"


def test_hadolint_has_nothing_to_remark() -> None:
    hadolint = shutil.which("hadolint", path=str(Path(sys.executable).parent))
    assert hadolint, "a development dependency: ./run setup"
    linted = subprocess.run([hadolint, "--no-color", DOCKERFILE], capture_output=True, text=True)
    assert linted.returncode == 0, linted.stdout


def test_the_last_stage_is_nobodys_root_and_has_no_tools_to_build_with() -> None:
    last = DOCKERFILE.read_text().split("\nFROM ")[-1]
    users = re.findall(r"^USER (\d+):(\d+)$", last, re.MULTILINE)
    assert users
    assert all(int(user) > 1000 for user in users[-1])
    assert "pip" not in last
    assert "HEALTHCHECK" in last


def test_every_package_comes_in_by_its_hash() -> None:
    installs = re.findall(r"pip install .*", DOCKERFILE.read_text())
    assert installs
    assert all("--require-hashes -r requirements.lock" in line for line in installs)


def test_what_is_copied_is_let_through_to_the_build_and_no_more() -> None:
    copied = {
        source.rstrip("/")
        for line in re.findall(r"^COPY (?!--from)(.+)$", DOCKERFILE.read_text(), re.MULTILINE)
        for source in line.split()[:-1]
    }
    ignore = (ROOT / ".dockerignore").read_text().splitlines()
    assert "*" in ignore
    assert {line.removeprefix("!") for line in ignore if line.startswith("!")} == copied
    assert all((ROOT / name).exists() for name in copied)


def run(script: str, *args: str, folder: Path, **environment: str) -> subprocess.CompletedProcess[str]:
    """A script of docker/ with its absolute paths moved into a folder, and a python that says how it was called."""
    text = (DOCKER / script).read_text().replace("/run/secrets/", f"{folder}/").replace("/grants/", f"{DOCKER}/")
    (folder / script).write_text(text)
    python = folder / "python"
    python.write_text('#!/bin/sh\necho "$* DATABASE_URL=${DATABASE_URL:-} ${IDENTITY_DATABASE_URL:-}"\n')
    python.chmod(0o755)
    env = {"PATH": f"{folder}:{os.environ['PATH']}", **environment}
    return subprocess.run(["sh", folder / script, *args], env=env, capture_output=True, text=True, timeout=10)


@pytest.mark.parametrize(
    ("args", "becomes"),
    [
        ((), "-m app serve --host 0.0.0.0 --port 8000"),
        (("api",), "-m app serve --host 0.0.0.0 --port 8000"),
        (("worker",), "-m app worker"),
        (("migrate",), "-m app ops migrate"),
        (("ops", "doctor", "--json"), "-m app ops doctor --json"),
    ],
)
def test_the_image_becomes_what_it_is_asked_for(args: tuple[str, ...], becomes: str, tmp_path: Path) -> None:
    (tmp_path / "password").write_text("Abc-1._~\n")
    database = {
        "DATABASE_HOST": "db:3306",
        "DATABASE_USER": "dojang",
        "DATABASE_PASSWORD_FILE": str(tmp_path / "password"),
    }
    own = "mysql+aiomysql://dojang:Abc-1._~@db:3306/dojang"
    ended = run("entrypoint.sh", *args, folder=tmp_path, **database)
    assert ended.stdout == f"{becomes} DATABASE_URL={own} \n"
    (tmp_path / "other").write_text("Xyz-2\n")
    database["IDENTITY_DATABASE_PASSWORD_FILE"] = str(tmp_path / "other")
    ended = run("entrypoint.sh", *args, folder=tmp_path, **database)
    of_identities = own.replace("dojang:Abc-1._~", "dojang_identities:Xyz-2")
    assert ended.stdout == f"{becomes} DATABASE_URL={own} {of_identities}\n"


@pytest.mark.parametrize("password", ["", "p@ss/w:rd", "$(id)"])
def test_a_password_that_would_not_survive_in_an_address_is_refused(password: str, tmp_path: Path) -> None:
    (tmp_path / "password").write_text(password)
    ended = run("entrypoint.sh", "api", folder=tmp_path, DATABASE_PASSWORD_FILE=str(tmp_path / "password"))
    assert (ended.returncode, ended.stdout) == (EXIT_CODE, "")
    assert ended.stderr.startswith("dojang: database_password: ")
    assert not password or password not in ended.stderr


def test_an_unknown_word_is_refused(tmp_path: Path) -> None:
    assert run("entrypoint.sh", "sh", folder=tmp_path).returncode == 64


@pytest.mark.parametrize("part", [1, 2])
def test_the_database_gets_the_grants_with_its_own_passwords(part: int, tmp_path: Path) -> None:
    (tmp_path / "db_owner_password").write_text("owner-word")
    (tmp_path / "db_password").write_text("serving-word")
    (tmp_path / "db_identities_password").write_text("identity-word")
    ended = run("grants-part.sh", str(part), folder=tmp_path)
    assert ended.returncode == 0, ended.stderr
    sql = "\n".join(line for line in ended.stdout.splitlines() if not line.startswith("--"))
    sent = [" ".join(statement.split()) for statement in sql.split(";") if statement.strip()]
    password_of_tests = statements(1)[1].rpartition("BY '")[2].rstrip("'")
    expected = [" ".join(statement.split()) for statement in statements(part)]
    assert [
        re.sub(r"owner-word|serving-word|identity-word", password_of_tests, statement) for statement in sent
    ] == expected
    assert "CHANGE-ME" not in ended.stdout
    assert ("IDENTIFIED BY 'owner-word'" in ended.stdout) == (part == 1)


def test_make_env_writes_secrets_that_production_accepts_and_never_twice(tmp_path: Path) -> None:
    (tmp_path / "docker").mkdir()
    script = shutil.copy(DOCKER / "make-env.sh", tmp_path / "docker")
    assert subprocess.run(["sh", script], capture_output=True).returncode == 0
    env = tmp_path / ".env"
    assert stat.S_IMODE(env.stat().st_mode) == 0o600
    secrets = dict(line.split("=") for line in env.read_text().splitlines())
    assert set(secrets) == {
        *("DB_ROOT_PASSWORD", "DB_OWNER_PASSWORD", "DB_PASSWORD", "DB_IDENTITIES_PASSWORD"),
        *("JWT_SECRET", "ENCRYPTION_KEY"),
    }
    assert len(set(secrets.values())) == 6
    assert {weakness_of(secrets[name]) for name in ("JWT_SECRET", "ENCRYPTION_KEY")} == {None}
    before = env.read_bytes()
    assert subprocess.run(["sh", script], capture_output=True).returncode == 1
    assert env.read_bytes() == before


@contextmanager
def answering(status: int, body: object) -> Iterator[str]:
    class Answer(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(status)
            self.end_headers()
            self.wfile.write(json.dumps(body).encode())

        def log_message(self, *_: object) -> None: ...

    server = HTTPServer(("127.0.0.1", 0), Answer)
    thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


@pytest.mark.parametrize(
    ("status", "quiet", "api", "worker"),
    [(200, 20.0, True, True), (200, 400.0, True, False), (200, None, True, False), (503, 20.0, False, False)],
)
def test_a_container_is_well_when_its_own_work_is_done(
    status: int, quiet: float | None, api: bool, worker: bool
) -> None:
    with answering(status, {"worker_quiet_seconds": quiet}) as url:
        assert (is_healthy("api", url), is_healthy("worker", url)) == (api, worker)


def test_nobody_who_answers_is_not_well() -> None:
    assert not is_healthy("api", "http://127.0.0.1:1")


def test_scripts_that_run_in_containers_are_plain_posix() -> None:
    scripts = [path for path in project_files() if path.parent == DOCKER and path.suffix == ".sh"]
    assert len(scripts) >= 5
    for script in scripts:
        assert subprocess.run(["sh", "-n", script], capture_output=True).returncode == 0, script.name
