"""nginx on loopback for one folder, with its configuration, logs and pid in a folder of its own."""

from __future__ import annotations

import os
import pwd
import shutil
import socket
import subprocess
import time
from collections import Counter
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

# LinkChecker keeps to ten requests a second unless the server sends this header.
CONFIGURATION = """\
{user}
daemon off;
worker_processes 1;
pid {folder}/nginx.pid;
error_log {folder}/error.log;
events {{ worker_connections 2048; }}
http {{
    types {{ text/html html; text/css css; application/javascript js; image/png png; }}
    default_type application/octet-stream;
    log_format visits '$status $request_method $uri';
    access_log {folder}/access.log visits;
    client_body_temp_path {folder}/body; proxy_temp_path {folder}/proxy; fastcgi_temp_path {folder}/fastcgi;
    uwsgi_temp_path {folder}/uwsgi; scgi_temp_path {folder}/scgi;
    sendfile on;
    keepalive_requests 100000;
    keepalive_timeout 600;
    root {root};
    index index.html;
    add_header LinkChecker ok;
    server {{ listen 127.0.0.1:{port} backlog=1024; }}
    server {{ listen 127.0.0.1:{gzip_port} backlog=1024; gzip on; gzip_comp_level 1; }}
}}
"""


@dataclass(frozen=True, slots=True)
class Served:
    """Base addresses (with the last slash) of the folder as it is and compressed, and the log of both."""

    url: str
    gzip_url: str
    visits: VisitLog


class NginxMissingError(Exception):
    """There is no nginx on this machine."""


class VisitLog:
    """What clients asked the server for, read on from where the last reading ended."""

    def __init__(self, file: Path) -> None:
        self._file = file
        self._offset = 0

    def since_last(self) -> Counter[tuple[int, str]]:
        """Requests for each status and path."""
        with self._file.open("rb") as log:
            log.seek(self._offset)
            body = log.read()
            self._offset = log.tell()
        lines = (line.split(" ", 2) for line in body.decode("utf-8", errors="replace").splitlines())
        return Counter((int(status), path) for status, _, path in lines)


@contextmanager
def nginx(root: Path, folder: Path) -> Iterator[Served]:
    """Serve ``root`` while the context is open, for every host name.

    Raises ``NginxMissingError``, and ``RuntimeError`` with nginx's own words when it does not start.
    """
    program = shutil.which("nginx") or shutil.which("/usr/sbin/nginx")
    if program is None:
        raise NginxMissingError
    folder.mkdir(parents=True, exist_ok=True)
    port, gzip_port = _free_ports(2)
    configuration = folder / "nginx.conf"
    user = f"user {pwd.getpwuid(os.geteuid()).pw_name};" if os.geteuid() == 0 else ""
    configuration.write_text(
        CONFIGURATION.format(user=user, folder=folder, root=root, port=port, gzip_port=gzip_port),
        encoding="utf-8",
    )
    errors = folder / "error.log"
    server = subprocess.Popen(
        [program, "-p", str(folder), "-e", str(errors), "-c", str(configuration)],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        _wait_until_listening(port, server, errors)
        visits = VisitLog(folder / "access.log")
        yield Served(f"http://127.0.0.1:{port}/", f"http://127.0.0.1:{gzip_port}/", visits)
    finally:
        server.terminate()
        server.wait(timeout=10)


def _free_ports(count: int) -> list[int]:
    with ExitStack() as stack:
        probes = [stack.enter_context(socket.socket()) for _ in range(count)]
        for probe in probes:
            probe.bind(("127.0.0.1", 0))
        return [int(probe.getsockname()[1]) for probe in probes]


def _wait_until_listening(port: int, server: subprocess.Popen[bytes], errors: Path) -> None:
    deadline = time.monotonic() + 10
    while time.monotonic() < deadline:
        if server.poll() is not None:
            break
        try:
            socket.create_connection(("127.0.0.1", port), timeout=1).close()
        except OSError:
            time.sleep(0.05)
        else:
            return
    told = errors.read_text(encoding="utf-8", errors="replace") if errors.exists() else ""
    raise RuntimeError(f"nginx does not start: {told.strip() or 'no word from it'}")
