"""Real government pages served under their own host names: the inspection shows their codes, dates and columns."""

from __future__ import annotations

import csv
import threading
from contextlib import closing, contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

import pytest

from govaudit.demo.dns_server import dns_server
from govaudit.inspection.facts import MarkKind
from govaudit.inspection.run import Budget, Network, parse_moment
from govaudit.inspection.site import Site
from govaudit.inspection.site_facts import SiteFacts
from govaudit.inspection.verdict import Verdict
from govaudit.inspection.workspace import Workspace, open_workspace
from govaudit.workflow.inspect import RunEnd, RunOptions, begin_run, inspect_run

if TYPE_CHECKING:
    from collections.abc import Iterator

CORPUS = Path(__file__).parents[2].parent / "shared" / "corpus"

pytestmark = pytest.mark.skipif(
    not CORPUS.is_dir(), reason="the corpus of real pages is not beside the project"
)

Row = dict[str, str]


def rows() -> list[Row]:
    """Pages of the corpus that have an address of their own and are pages."""
    if not CORPUS.is_dir():
        return []
    with (CORPUS / "index.csv").open(encoding="utf-8-sig", newline="") as file:
        return [
            row
            for row in csv.DictReader(file)
            if row["original_url"] and row["kind"] in {"home", "column", "article"}
        ]


def place(row: Row) -> tuple[str, str]:
    """Host and path with query of a page."""
    parts = urlsplit(row["original_url"])
    return parts.netloc, (parts.path or "/") + (f"?{parts.query}" if parts.query else "")


class CorpusServer(ThreadingHTTPServer):
    """Answers with the pages of the corpus by host and path; a home page of its own links to them."""

    daemon_threads = True

    def __init__(self, pages: dict[tuple[str, str], bytes]) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.pages = pages


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server: CorpusServer

    def do_GET(self) -> None:
        host = self.headers["Host"].partition(":")[0]
        body = self.server.pages.get((host, self.path))
        self.send_response(200 if body is not None else 404)
        self.send_header("Content-Type", "text/html")
        self.send_header("Content-Length", str(len(body or b"")))
        self.end_headers()
        self.wfile.write(body or b"")

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002
        """Requests of a test are no news."""


@contextmanager
def serving(pages: dict[tuple[str, str], bytes]) -> Iterator[int]:
    server = CorpusServer(pages)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield server.server_address[1]
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


@pytest.fixture(scope="module")
def inspected(tmp_path_factory: pytest.TempPathFactory) -> tuple[Workspace, RunEnd]:
    pages: dict[tuple[str, str], bytes] = {}
    for row in rows():
        pages[place(row)] = (CORPUS / "pages" / row["file"]).read_bytes()
    hosts = sorted({host for host, _ in pages})
    for host in hosts:
        links = "".join(
            f'<li><a href="{path}">{path}</a></li>' for other, path in sorted(pages) if other == host
        )
        pages.setdefault(
            (host, "/"),
            f"<html><head><title>{host}</title></head><body><ul>{links}</ul></body></html>".encode(),
        )
    workspace = open_workspace(tmp_path_factory.mktemp("corpus"))
    with serving(pages) as port, dns_server({}) as nameserver:
        network = Network(
            resolve={f"{host}:80": ("127.0.0.1",) for host in hosts},
            connect_port={f"{host}:80": port for host in hosts},
            nameserver=nameserver,
            allow_private=True,
            rate=0.0,
            timeout=3.0,
            connect_timeout=2.0,
            browser="never",
        )
        options = RunOptions(
            run="corpus", as_of=parse_moment("2026-05-20"), network=network, budget=Budget(max_depth=1)
        )
        sites = [Site(url=f"http://{host}/") for host in hosts]
        record = begin_run(workspace, sites, options, listed=False)
        end = inspect_run(workspace, record, options, lambda _: None)
    assert (end.problems, end.crashes) == ((), ())
    return workspace, end


@pytest.mark.parametrize("row", rows(), ids=lambda row: row["file"])
def test_a_real_page_is_read_as_a_careful_reader_would(inspected: tuple[Workspace, RunEnd], row: Row) -> None:
    workspace, _ = inspected
    host, path = place(row)
    with closing(SiteFacts.open(workspace.facts_file("corpus", host))) as facts:
        page = facts.page(f"http://{host}{path}")
        assert page is not None
        reading = page.reading
    published = reading.published.value[:10] if reading.published else ""
    assert published == row["visible_pub_date"]
    marks = {mark.kind: mark.value for mark in reading.marks}
    labels = {label.name.lower(): label.content.strip() for label in reading.labels}
    assert row["site_id_code"] in {marks.get(MarkKind.SITE_CODE, ""), labels.get("siteidcode", "")}
    assert marks.get(MarkKind.ICP, "").replace(" ", "") == row["icp"].replace(" ", "")
    assert reading.charset.used == row["encoding"]
    if row["newest_list_date"]:
        assert max(item.date[:10] for item in reading.items if item.date) == row["newest_list_date"]


def test_the_report_shows_codes_and_columns_of_real_sites(inspected: tuple[Workspace, RunEnd]) -> None:
    workspace, end = inspected
    shown = {judgement.site.host: judgement.overview for judgement in end.judgements}
    for row in rows():
        host, _ = place(row)
        if row["site_id_code"]:
            assert shown[host].site_code == row["site_id_code"]
            page = (workspace.report_folder("corpus") / "sites" / host / "index.html").read_text(
                encoding="utf-8"
            )
            assert row["site_id_code"] in page
    columns = {column.name for column in shown["www.yichun.gov.cn"].columns}
    assert len(columns) > 10


def test_nothing_that_only_a_script_writes_is_called_missing(inspected: tuple[Workspace, RunEnd]) -> None:
    _, end = inspected
    for judgement in end.judgements:
        if judgement.site.host in {"www.ndrc.gov.cn", "www.nmpa.gov.cn"}:
            accused = [
                one
                for one in judgement.findings
                if one.check.startswith("IDN") and one.verdict is Verdict.FAIL
            ]
            scripted = {
                "http://www.ndrc.gov.cn/xxgk/zcfb/tz/",
                "http://www.nmpa.gov.cn/zwfw/sdxx/sdxxyp/yppjfb/20200911083851127.html",
            }
            assert not [one for one in accused if scripted & set(one.pages)]
