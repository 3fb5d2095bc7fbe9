"""The responses behind flagged findings are filed as a WARC that says what was kept, and no more."""

from __future__ import annotations

import hashlib
import io
import json
import shutil
from dataclasses import dataclass
from typing import TYPE_CHECKING

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st
from warcio.archiveiterator import ArchiveIterator

from govaudit.inspection.site import Site
from govaudit.inspection.workspace import Settings, Workspace
from govaudit.workflow.inspect import RunOptions, begin_run, check_run, inspect_run
from govaudit.workflow.responses import INDEX_NAME, WARC_NAME
from govaudit.workflow.warc_file import record_id, search_key
from tests.crawler.crawling import AS_OF, QUICK
from tests.support.http_site import HttpSite, Reply, redirect

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from govaudit.inspection.finding import Finding, SiteJudgement

NUMBER = "330106199003078120"
HEAD = "<!DOCTYPE html><meta charset=utf-8><title>页面</title>"
COOKIE = ("Set-Cookie", "session=for-one-visitor")
ROUTES: dict[str, Reply] = {
    "/": Reply(
        body=f"{HEAD}<h1>某市</h1><a href=/a.html>公示</a><a href=/old>旧址</a><a href=/gone.html>断链</a>",
        headers=(COOKIE, ("Server", "nginx"), ("X-Unknown", "1")),
    ),
    "/a.html": Reply(body=f"{HEAD}<h1>公示</h1><p>张某，身份证号{NUMBER}。</p><a href=/down.html>附表</a>"),
    "/old": redirect("/step"),
    "/step": redirect("/gone-too.html"),
    "/down.html": Reply(drop=True),
}


@dataclass
class Filed:
    """A judged run and what was filed of it."""

    workspace: Workspace
    url: str
    judgement: SiteJudgement

    @property
    def folder(self) -> Path:
        return self.workspace.evidence_folder("r", self.judgement.site.key)

    def records(self) -> list[tuple[dict[str, str], str, dict[str, str], bytes]]:
        """Fields, status line, HTTP headers and payload of every record."""
        found = []
        with (self.folder / WARC_NAME).open("rb") as file:
            for record in ArchiveIterator(file, check_digests="raise"):
                http = record.http_headers
                found.append(
                    (
                        dict(record.rec_headers.headers),
                        http.statusline if http else "",
                        dict(http.headers) if http else {},
                        record.content_stream().read(),
                    )
                )
        return found

    def response(self, path: str) -> tuple[dict[str, str], str, dict[str, str], bytes]:
        """The last response of an address."""
        return [
            one
            for one in self.records()
            if one[0]["WARC-Type"] == "response" and one[0]["WARC-Target-URI"] == self.url + path
        ][-1]

    def told(self, path: str) -> dict[str, str]:
        """What is told of the first look at an address."""
        text = next(
            payload.decode()
            for fields, *_, payload in self.records()
            if fields["WARC-Type"] == "metadata" and fields["WARC-Target-URI"] == self.url + path
        )
        return dict(line.split(": ", 1) for line in text.splitlines())


@pytest.fixture(scope="module")
def filed(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Filed]:
    with HttpSite(ROUTES) as site:
        workspace = Workspace(tmp_path_factory.mktemp("filed"), Settings(screenshots=0))
        options = RunOptions(
            run="r", as_of=AS_OF, network=msgspec.structs.replace(QUICK, browser="never"), formats=("json",)
        )
        record = begin_run(workspace, [Site(url=f"{site.url}/")], options, listed=False)
        end = inspect_run(workspace, record, options, lambda _: None)
        assert not end.crashes
        yield Filed(workspace, site.url, end.judgements[0])


def broken(filed: Filed, path: str) -> Finding:
    return next(one for one in filed.judgement.findings if one.subject == filed.url + path)


def test_a_flagged_finding_names_the_file_and_its_hash(filed: Filed) -> None:
    flagged = [one for one in filed.judgement.findings if one.verdict in {"fail", "review"}]
    pieces = [piece for one in flagged for piece in one.evidence if piece.kind == "warc"]
    assert len(pieces) == len(flagged) > 3
    content = (filed.workspace.run_folder("r") / pieces[0].path).read_bytes()
    assert {piece.sha256 for piece in pieces} == {hashlib.sha256(content).hexdigest()}


def test_every_flagged_finding_tells_how_its_page_answered(filed: Filed) -> None:
    for finding in filed.judgement.findings:
        kinds = {piece.kind for piece in finding.evidence}
        assert "headers" in kinds or not finding.page, finding


def test_a_page_is_filed_as_it_is_stored(filed: Filed) -> None:
    fields, status, headers, body = filed.response("/")
    assert (status, body) == ("200", ROUTES["/"].payload())
    assert fields["WARC-IP-Address"] == "127.0.0.1"
    assert "WARC-Truncated" not in fields
    assert headers == {
        "content-type": "text/html; charset=utf-8",
        "x-archive-orig-content-length": str(len(body)),
        "server": "nginx",
    }


def test_a_response_whose_body_was_not_kept_says_so(filed: Filed) -> None:
    fields, status, _, body = filed.response("/gone.html")
    assert (status, body, fields["WARC-Truncated"]) == ("404", b"", "unspecified")
    assert filed.told("/gone.html")["body"] == "not-kept"
    assert filed.told("/gone.html")["bytes"] == str(len(b"not here"))


def test_a_masked_body_is_marked_with_the_hash_of_the_original(filed: Filed) -> None:
    *_, body = filed.response("/a.html")
    told = filed.told("/a.html")
    original = ROUTES["/a.html"].payload()
    assert told["body"] == "redacted"
    assert told["original-sha256"] == hashlib.sha256(original).hexdigest()
    assert told["body-sha256"] == hashlib.sha256(body).hexdigest()
    assert len(body) == len(original)


def test_no_private_number_and_no_cookie_is_in_it(filed: Filed) -> None:
    whole = b"\n".join(repr(one).encode() for one in filed.records())
    assert NUMBER.encode() not in whole
    assert b"for-one-visitor" not in whole


def test_the_way_of_a_redirect_is_told_without_headers_that_nobody_kept(filed: Filed) -> None:
    for path in ("/old", "/step"):
        fields, status, headers, body = filed.response(path)
        assert (status, headers, body, fields["WARC-Truncated"]) == ("302", {}, b"", "unspecified")
    assert filed.response("/gone-too.html")[1] == "404"
    assert filed.told("/old")["hop"] == f"302 {filed.url}/step led to {filed.url}/gone-too.html"


def test_what_never_answered_has_no_response(filed: Filed) -> None:
    assert broken(filed, "/down.html").verdict == "fail"
    assert filed.told("/down.html")["reason"] == "reset"
    assert not [one for one in filed.records() if one[1] and one[0]["WARC-Target-URI"].endswith("/down.html")]


def test_the_index_leads_to_every_response(filed: Filed) -> None:
    lines = (filed.folder / INDEX_NAME).read_text("utf-8").splitlines()
    assert lines == sorted(lines)
    content = (filed.folder / WARC_NAME).read_bytes()
    indexed = []
    for line in lines:
        key, moment, entry = line.split(" ", 2)
        place = json.loads(entry)
        member = content[int(place["offset"]) : int(place["offset"]) + int(place["length"])]
        (record,) = ArchiveIterator(io.BytesIO(member), check_digests="raise")
        assert record.rec_headers.get_header("WARC-Target-URI") == place["url"]
        assert "".join(filter(str.isdigit, record.rec_headers.get_header("WARC-Date"))) == moment
        assert key == search_key(place["url"])
        assert place["digest"] == record.rec_headers.get_header("WARC-Payload-Digest")
        indexed.append(place["url"])
    responses = [one[0]["WARC-Target-URI"] for one in filed.records() if one[0]["WARC-Type"] == "response"]
    assert sorted(indexed) == sorted(responses)


def test_the_list_of_hashes_holds_all_files_of_the_findings(filed: Filed) -> None:
    lines = (filed.folder / "SHA256SUMS").read_text().splitlines()
    listed = {name: digest for digest, name in (line.split("  ", 1) for line in lines)}
    named = {piece.path.rpartition("/")[2] for one in filed.judgement.findings for piece in one.evidence}
    assert set(listed) == named | {INDEX_NAME}
    for name, digest in listed.items():
        assert hashlib.sha256((filed.folder / name).read_bytes()).hexdigest() == digest


def test_judged_again_the_file_is_the_same(filed: Filed) -> None:
    before = {file.name: file.read_bytes() for file in filed.folder.iterdir()}
    shutil.rmtree(filed.folder)
    check_run(filed.workspace, "r", "")
    assert {file.name: file.read_bytes() for file in filed.folder.iterdir()} == before


@given(st.lists(st.text(st.characters(exclude_categories=["Cs"])), max_size=4))
def test_an_id_is_that_of_its_parts_alone(parts: list[str]) -> None:
    assert record_id(*parts) == record_id(*parts)
    assert record_id(*parts) != record_id(*parts, "")


@pytest.mark.parametrize(
    ("url", "key"),
    [
        ("http://www.x.gov.cn/", "cn,gov,x)/"),
        ("https://www2.X.gov.cn:443/A//B/?b=2&a=1&a", "cn,gov,x)/a/b?a&a=1&b=2"),
        ("http://x.gov.cn:8080/%E5%85%AC", "cn,gov,x:8080)/%e5%85%ac"),
        ("http://192.168.1.254/info/", "254,1,168,192)/info"),
        ("http://x.gov.cn/?", "cn,gov,x)/"),
        ("urn:govaudit:rendering:http://x/", "urn:govaudit:rendering:http://x/"),
    ],
)
def test_addresses_are_found_as_archives_look_them_up(url: str, key: str) -> None:
    assert search_key(url) == key
