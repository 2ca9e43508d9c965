"""A real nginx with the configuration of nginx/, a made certificate and other ports."""

from __future__ import annotations

import re
import shutil
import signal
import socket
import ssl

import httpx

from app.core.time_utils import SystemClock
from docker.make_certificate import make_certificate
from tests.architecture.house import ROOT
from tests.ports import free_port
from tests.servers import STOP_WITHIN_SECONDS, Server, as_root

SOURCE = ROOT / "nginx"
UPSTREAM_SERVER = "server api:8000"


class Nginx(Server):
    """The front of these API ports. What is replaced: ports, the upstream's addresses, folders that can be written."""

    last_signal = signal.SIGTERM  # a killed master would leave its workers behind

    def __init__(self, *upstreams: int) -> None:
        super().__init__()
        self.plain_port = free_port()
        shutil.copytree(SOURCE, self.folder, dirs_exist_ok=True)
        servers = "; ".join(UPSTREAM_SERVER.replace("api:8000", f"127.0.0.1:{port}") for port in upstreams)
        self._replace("upstream.conf", UPSTREAM_SERVER, servers.replace(";", " max_fails=3 fail_timeout=2s;"))
        self._replace("server.conf", "8443", str(self.port))
        self._replace("server.conf", "8080", str(self.plain_port))
        self._replace("nginx.conf", "/tmp/", f"{self.folder}/")
        self._replace("nginx.conf", "/dev/std", f"{self.folder}/std")
        self._replace("maintenance.conf", "/tmp/", f"{self.folder}/")
        self.certificate = make_certificate(self.folder / "tls", SystemClock().now())

    def _replace(self, name: str, what: str, by: str) -> None:
        file = self.folder / name
        text = file.read_text()
        assert what in text, f"nginx/{name} has no {what} any more"
        file.write_text(text.replace(what, by))

    @property
    def url(self) -> str:
        return f"https://127.0.0.1:{self.port}"

    @property
    def log(self) -> str:
        """Everything it wrote: access lines, errors, and what came out of the process itself."""
        return "".join((self.folder / name).read_text() for name in ("stdout", "stderr", "log"))

    def client(
        self, *, local_address: str | None = None, keep_alive: bool = True, timeout: float = 20
    ) -> httpx.AsyncClient:
        """A client that trusts the made certificate. Another `local_address` is another visitor to the limits."""
        limits = httpx.Limits(max_keepalive_connections=None if keep_alive else 0, max_connections=None)
        transport = httpx.AsyncHTTPTransport(verify=self.trust(), local_address=local_address, limits=limits)
        return httpx.AsyncClient(base_url=self.url, transport=transport, timeout=timeout)

    def trust(self) -> ssl.SSLContext:
        return ssl.create_default_context(cafile=str(self.certificate))

    def reload(self) -> None:
        """As `nginx -s reload`: new workers take over, old ones finish what they have."""
        self._send(signal.SIGHUP)

    def kill9(self) -> None:
        """Ends it at once: a master that is killed could not end its workers."""
        if self.is_running:
            self._send(signal.SIGTERM)
        if self._process is not None:
            self._process.wait(timeout=STOP_WITHIN_SECONDS)

    def _command(self) -> list[str]:
        # the container's image has no root to become another user from
        globals_of_test = "daemon off;" + (" user root;" if as_root() else "")
        return ["nginx", "-p", f"{self.folder}/", "-c", f"{self.folder}/nginx.conf", "-g", globals_of_test]

    def _answers(self) -> bool:
        try:
            socket.create_connection(("127.0.0.1", self.port), timeout=2).close()
        except OSError:
            return False
        return True


def directive(name: str, file: str = "nginx.conf") -> str:
    """The first value of a directive in a file of nginx/."""
    found = re.search(rf"^\s*{name}\s+([^;]+);", (SOURCE / file).read_text(), re.MULTILINE)
    assert found, f"nginx/{file} has no {name}"
    return found[1]
