"""Three MariaDB servers with Galera on loopback, to kill, pause and bootstrap. Nothing is installed.

The library and the script that copies a whole database to a joiner are taken out of Debian's packages into a folder.
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import tempfile
import time
from pathlib import Path
from typing import Self

import pymysql

from tests.ports import free_port
from tests.provision import MARIADB_PACKAGES, provide
from tests.servers import READY_WITHIN_SECONDS, MariaDb, Unavailable, as_root, find_program

PACKAGES = ("galera-4", "mariadb-server")
TOOLS = {"rsync": "rsync", "socat": "socat", "lsof": "lsof"}  # what the script of the copy calls
NOWHERE = -1
NOBODY = "nobody"


def unpacked() -> Path:
    """The folder with the files of the packages, as they would stand under /."""
    provide(MARIADB_PACKAGES | TOOLS)
    folder = Path(tempfile.gettempdir()) / f"dojang-galera-{os.geteuid()}"
    if not (folder / "complete").exists():
        folder.mkdir(exist_ok=True)
        got = subprocess.run(["apt-get", "download", *PACKAGES], cwd=folder, capture_output=True, text=True)
        if got.returncode:
            raise Unavailable(f"apt-get download {' '.join(PACKAGES)} failed: {got.stderr.strip()[-300:]}")
        for package in folder.glob("*.deb"):
            subprocess.run(["dpkg-deb", "-x", package, folder], check=True)
            package.unlink()
        (folder / "complete").touch()
    return folder


class Node(MariaDb):
    """One server of the cluster. Its group, the copies in parts and in whole each have a port of their own."""

    def __init__(self, number: int, files: Path, group_ports: list[int]) -> None:
        super().__init__()
        self.number, self._files, self._group_ports = number, files, group_ports
        self._increments, self._copies = free_port(), free_port()
        self._begins_cluster = False
        self._data.mkdir()

    @property
    def name(self) -> str:
        return f"n{self.number}"

    def start(self) -> Self:
        if not self._data.exists():
            self._install()
        if as_root():  # rsync as root would write the copy as nobody
            subprocess.run(["chown", "-R", NOBODY, self.folder], check=True)
        return super().start()

    def begin_cluster(self) -> Self:
        """Starts as the first of a new group, with the data that it has."""
        grastate = self._data / "grastate.dat"
        if grastate.exists():  # after a crash nobody is marked as safe: the caller has compared positions
            text = grastate.read_text()
            grastate.write_text(text.replace("safe_to_bootstrap: 0", "safe_to_bootstrap: 1"))
        else:
            shutil.rmtree(self._data)
            self._install()
        self._begins_cluster = True
        try:
            return self.start()
        finally:
            self._begins_cluster = False

    def status(self, name: str) -> str:
        """One of the server's wsrep status values; empty when it does not say."""
        with self.connect() as connection, connection.cursor() as cursor:
            cursor.execute(f"SHOW GLOBAL STATUS LIKE 'wsrep_{name}'")
            row = cursor.fetchone()
        return str(row[1]) if row else ""

    def recovered_position(self) -> int:
        """The last transaction that its files hold, as `mariadbd --wsrep-recover` finds it while the server is down."""
        done = subprocess.run(
            [*self._command(), "--wsrep-recover"],
            capture_output=True,
            text=True,
            timeout=READY_WITHIN_SECONDS,
        )
        found = re.findall(r"Recovered position:?\s*[0-9a-f-]{36}:(-?\d+)", done.stdout + done.stderr)
        return int(found[-1]) if found else NOWHERE

    def declare_primary(self) -> None:
        """What an operator does with the one server that is left: it goes on alone."""
        with self.connect() as connection, connection.cursor() as cursor:
            cursor.execute("SET GLOBAL wsrep_provider_options = 'pc.bootstrap=YES'")

    def _command(self) -> list[str]:
        (self.folder / "node.cnf").write_text(self._configuration())
        begin = ["--wsrep-new-cluster"] if self._begins_cluster else []
        path = os.pathsep.join([str(self._files / "usr/bin"), os.environ.get("PATH", os.defpath), "/usr/sbin"])
        program = [find_program("mariadbd") or "mariadbd", f"--defaults-file={self.folder / 'node.cnf'}"]
        return ["env", f"PATH={path}", *program, *begin]

    def _configuration(self) -> str:
        group_port = self._group_ports[self.number]
        group = ",".join(f"127.0.0.1:{port}" for port in self._group_ports)
        timing = (
            # a third of the suspicion at most, or the server refuses to start
            "evs.keepalive_period=PT0.5S;evs.inactive_check_period=PT0.25S;"
            "evs.suspect_timeout=PT2S;evs.inactive_timeout=PT5S"
        )
        return f"""[mysqld]
{f"user={NOBODY}" if as_root() else ""}
datadir={self._data}
tmpdir={self.folder}
socket={self.folder}/socket
pid-file={self.folder}/pid
port={self.port}
bind-address=127.0.0.1
skip-name-resolve
character-set-server=utf8mb4
default_time_zone=+00:00
innodb_buffer_pool_size=96M
innodb_log_file_size=64M
innodb_flush_log_at_trx_commit=1
innodb_autoinc_lock_mode=2
innodb_snapshot_isolation=ON
innodb_rollback_on_timeout=ON
binlog_format=ROW
max_connections=300
wsrep_on=ON
wsrep_provider={self._files}/usr/lib/galera/libgalera_smm.so
wsrep_cluster_name=dojang-test
wsrep_cluster_address=gcomm://{group}
wsrep_node_name={self.name}
wsrep_node_address=127.0.0.1:{group_port}
wsrep_node_incoming_address=127.0.0.1:{self.port}
wsrep_provider_options="gmcast.listen_addr=tcp://127.0.0.1:{group_port};ist.recv_addr=127.0.0.1:{self._increments};gcache.size=64M;{timing}"
wsrep_sst_method=rsync
wsrep_sst_receive_address=127.0.0.1:{self._copies}
wsrep_slave_threads=2
wsrep_retry_autocommit=0
"""

    def _answers(self) -> bool:
        try:
            return self.status("ready") == "ON" and self.status("local_state_comment") == "Synced"
        except pymysql.err.Error:
            return False


class Galera:
    """The cluster. The first node is the preferred writer."""

    def __init__(self) -> None:
        files = unpacked()
        ports = [free_port() for _ in range(3)]
        self.nodes = [Node(number, files, ports) for number in range(3)]

    def start(self) -> Self:
        self.nodes[0].begin_cluster()
        for node in self.nodes[1:]:
            node.start()
        return self

    def url(self, database: str) -> str:
        """What the service is given: the preferred writer, and whom to turn to without it."""
        others = "&".join(f"failover=127.0.0.1:{node.port}" for node in self.nodes[1:])
        return f"mysql+aiomysql://root@127.0.0.1:{self.nodes[0].port}/{database}?{others}"

    def wait_until_whole(self) -> None:
        """Returns when all three are of one group again, and each of them says so.

        A server that hung still believes in the group of before: it has to have heard of the same view as the others.
        """
        until = time.monotonic() + READY_WITHIN_SECONDS
        while time.monotonic() < until:
            if all(node._answers() for node in self.nodes):
                views = {(node.status("cluster_size"), node.status("cluster_conf_id")) for node in self.nodes}
                if len(views) == 1 and views.pop()[0] == "3":
                    return
            time.sleep(0.1)
        raise Unavailable("the cluster did not become whole again")

    def bootstrap_most_advanced(self) -> Node:
        """After a full stop: the server with the newest transaction begins, the others follow. Returns the first."""
        positions = {node.number: node.recovered_position() for node in self.nodes}
        first = max(self.nodes, key=lambda node: positions[node.number])
        first.begin_cluster()
        for node in self.nodes:
            if node is not first:
                node.start()
        return first

    def __enter__(self) -> Self:
        return self.start()

    def __exit__(self, *_: object) -> None:
        for node in reversed(self.nodes):
            node.stop()
