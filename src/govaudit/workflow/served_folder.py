"""Serve a folder of built pages on loopback the way static hosts do, so that the gate can inspect it."""

from __future__ import annotations

import mimetypes
import threading
from contextlib import contextmanager
from functools import partial
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import TYPE_CHECKING
from urllib.parse import unquote

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


_POLL = 0.02
"""Seconds within which the server notices that it is to stop."""


@contextmanager
def served_folder(folder: Path) -> Iterator[int]:
    """Serve ``folder`` on 127.0.0.1; yields the port. Clean addresses (``/about`` → ``about.html`` or
    ``about/index.html``) and an own ``404.html`` work as on common static hosts."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), partial(_FolderHandler, folder.resolve()))
    server.daemon_threads = True
    thread = threading.Thread(target=server.serve_forever, args=(_POLL,), name="served-folder", daemon=True)
    thread.start()
    try:
        yield server.server_address[1]
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


def file_for(folder: Path, path: str) -> Path | None:
    """The file that answers a request path, ``None`` when there is none inside the folder."""
    wanted = (folder / unquote(path).lstrip("/")).resolve()
    if not wanted.is_relative_to(folder):
        return None
    candidates = (
        [wanted / "index.html"] if wanted.is_dir() else [wanted, wanted.with_name(f"{wanted.name}.html")]
    )
    return next((one for one in candidates if one.is_file()), None)


class _FolderHandler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def __init__(self, folder: Path, *arguments: object) -> None:
        self._folder = folder
        super().__init__(*arguments)  # type: ignore[arg-type]

    def do_GET(self) -> None:
        path = self.path.partition("?")[0].partition("#")[0]
        file = file_for(self._folder, path)
        if file is not None and file.name == "index.html" and not path.endswith(("/", "index.html")):
            self._answer(301, b"", "text/html", location=f"{path}/")
        elif file is not None:
            self._answer(
                200, file.read_bytes(), mimetypes.guess_type(file.name)[0] or "application/octet-stream"
            )
        else:
            own = self._folder / "404.html"
            self._answer(404, own.read_bytes() if own.is_file() else b"not found", "text/html")

    def _answer(self, status: int, body: bytes, content_type: str, location: str = "") -> None:
        self.send_response(status)
        if location:
            self.send_header("Location", location)
        self.send_header("Content-Type", content_type)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - signature of http.server
        """Requests of our own crawl are no news."""
