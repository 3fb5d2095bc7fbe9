"""Serve a folder of built pages on loopback the way static hosts do, so that the gate can inspect it."""

from __future__ import annotations

import mimetypes
import socketserver
import threading
from contextlib import contextmanager
from dataclasses import dataclass
from http import HTTPStatus
from typing import TYPE_CHECKING, NamedTuple
from urllib.parse import unquote

from govaudit.workflow.redirects_file import FILE, read_redirects

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from govaudit.workflow.redirects_file import Redirect


_POLL = 0.02
"""Seconds within which the server notices that it is to stop."""
_LONGEST_LINE = 65_536
_HIDDEN = frozenset({FILE, "_headers"})
"""Files that are for the host and that no host gives out."""


class Answer(NamedTuple):
    """What a request is answered with. ``file``: whose content is sent, ``None``: nothing is."""

    status: int
    file: Path | None = None
    location: str = ""


@contextmanager
def served_folder(folder: Path, at: str = "/") -> Iterator[int]:
    """Serve ``folder`` on 127.0.0.1 below the path ``at``; yields the port. Clean addresses (``/about`` →
    ``about.html`` or ``about/index.html``), an own ``404.html`` and ``_redirects`` work as on common static hosts.

    Raises ``InputError`` when ``_redirects`` cannot be read.
    """
    root = folder.resolve()
    server = _Server(StaticHost(root, read_redirects(root), at))
    thread = threading.Thread(target=server.serve_forever, args=(_POLL,), name="served-folder", daemon=True)
    thread.start()
    try:
        yield server.server_address[1]
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


@dataclass(frozen=True, slots=True)
class StaticHost:
    """Decides how a folder answers that is published below the path ``at``."""

    folder: Path
    redirects: tuple[Redirect, ...] = ()
    at: str = "/"

    def answer(self, target: str) -> Answer:
        """The answer to a request target (path with query, as sent)."""
        path, question, query = target.partition("#")[0].partition("?")
        plain = unquote(path)
        file = self._file(path)
        for rule in self.redirects:
            if (file is None or rule.forced) and (to := rule.target(plain)) is not None:
                return self._by_rule(rule, to, question + query)
        if file is None:
            return self._not_found(404)
        if file.name == "index.html" and not path.endswith(("/", "index.html")):
            return Answer(301, location=f"/{path.lstrip('/')}/{question}{query}")
        return Answer(200, file)

    def _by_rule(self, rule: Redirect, to: str, query: str) -> Answer:
        if rule.status not in {200, 404, 410}:
            return Answer(rule.status, location=to if "?" in to else f"{to}{query}")
        file = self._file(to.partition("?")[0])
        return Answer(rule.status, file) if file is not None else self._not_found(404)

    def _file(self, path: str) -> Path | None:
        return file_for(self.folder, path[len(self.at) - 1 :]) if path.startswith(self.at) else None

    def _not_found(self, status: int) -> Answer:
        own = self.folder / "404.html"
        return Answer(status, own if own.is_file() else None)


def file_for(folder: Path, path: str) -> Path | None:
    """The file that answers a request path, ``None`` when there is none inside the folder."""
    try:
        wanted = (folder / unquote(path).lstrip("/")).resolve()
        if not wanted.is_relative_to(folder) or wanted.name in _HIDDEN:
            return None
        candidates = (
            [wanted / "index.html"] if wanted.is_dir() else [wanted, wanted.with_name(f"{wanted.name}.html")]
        )
        return next((one for one in candidates if one.is_file()), None)
    except (OSError, ValueError):  # a name that no file can have
        return None


class _Server(socketserver.ThreadingTCPServer):
    daemon_threads = True
    request_queue_size = 128

    def __init__(self, host: StaticHost) -> None:
        super().__init__(("127.0.0.1", 0), _Visitor)
        self.host = host


class _Visitor(socketserver.StreamRequestHandler):
    """One connection: GET and HEAD, as long as the visitor stays. The standard library's own handler spends more time
    on a request than the crawl on its page."""

    disable_nagle_algorithm = True
    server: _Server

    def handle(self) -> None:
        """Answer requests until there are no more."""
        try:
            while self._one():
                pass
        except ConnectionError:
            return

    def _one(self) -> bool:
        words = self.rfile.readline(_LONGEST_LINE).decode("latin-1").split()
        if len(words) != 3:
            return False
        while self.rfile.readline(_LONGEST_LINE) not in {b"\r\n", b"\n", b""}:
            pass
        method, target, _ = words
        answer = self.server.host.answer(target) if method in {"GET", "HEAD"} else Answer(405)
        self._send(answer, with_body=method != "HEAD")
        return method in {"GET", "HEAD"}

    def _send(self, answer: Answer, *, with_body: bool) -> None:
        body = answer.file.read_bytes() if answer.file else b""
        lines = [
            f"HTTP/1.1 {answer.status} {HTTPStatus(answer.status).phrase}",
            f"Content-Type: {content_type(answer.file.name) if answer.file else 'text/plain'}",
            f"Content-Length: {len(body)}",
        ]
        if answer.location:
            lines.append(f"Location: {answer.location}")
        head = ("\r\n".join(lines) + "\r\n\r\n").encode("utf-8")
        self.wfile.write(head + (body if with_body else b""))


def content_type(name: str) -> str:
    """The type that a file is sent as; no charset is said, as pages may be in any."""
    return mimetypes.guess_type(name)[0] or "application/octet-stream"
