"""What a store holds of a look, and what it does not, is what the records say; another reader finds them whole."""

from __future__ import annotations

import hashlib
import io
import json
from contextlib import closing
from datetime import datetime
from typing import TYPE_CHECKING

import msgspec
import pytest
from fastwarc.warc import ArchiveIterator as OtherReader
from hypothesis import given
from hypothesis import strategies as st
from warcio.archiveiterator import ArchiveIterator

from govaudit.inspection.fact_writer import FactWriter
from govaudit.inspection.facts import Charset, Fetch, Hop, Lane, PageKind, Reading, Rendering, Revalidated
from govaudit.inspection.pruning import prune_bodies
from govaudit.inspection.run import BEIJING, CrawlPlan, CrawlState
from govaudit.inspection.site import Site
from govaudit.inspection.site_facts import SiteFacts
from govaudit.inspection.verdict import Reason
from govaudit.workflow import response_records
from govaudit.workflow.response_records import write_responses
from govaudit.workflow.warc_file import (
    Record,
    WarcFile,
    fields_text,
    index_of,
    read_places,
    record_id,
    search_key,
)

if TYPE_CHECKING:
    from pathlib import Path

HOME = "http://www.x.gov.cn/"
BODY = "<p>公告</p>".encode() * 50
SHOWN = b"<p>late</p>"
AT = 1_795_000_000.0
NOON = "2026-11-20T12:00:00Z"
HELD = Revalidated(304, "2026Q3", AT - 8_000_000)
LOOKS = {
    "kept": Fetch(url=f"{HOME}kept", at=AT, status=200, content_type="text/html; charset=gbk", size=len(BODY)),
    "long": Fetch(
        url=f"{HOME}long", at=AT, status=200, size=len(BODY), truncated=True, reason=Reason.TOO_LARGE,
        content_type="text/html",
    ),
    "torn": Fetch(
        url=f"{HOME}torn", at=AT, status=200, size=7, truncated=True, reason=Reason.RESET, detail="a\nb: c"
    ),
    "held": Fetch(url=f"{HOME}held", at=AT, status=200, size=len(BODY), revalidated=HELD, address="2001:db8::1"),
    "other": Fetch(url="http://other.cn/", at=AT, status=404, size=9, headers=(("set-cookie", "a=b"),)),
    "moved": Fetch(
        url=f"{HOME}moved", at=AT, status=200, final_url=f"{HOME}there", hops=(Hop(f"{HOME}moved", 301),),
        size=len(BODY),
    ),
    "there": Fetch(url=f"{HOME}there", at=AT, status=200, size=len(BODY)),
    "mute": Fetch(url=f"{HOME}mute", at=AT, reason=Reason.TIMEOUT, detail="no answer within 15 s"),
    "none": Fetch(url=f"{HOME}none", at=AT, status=204),
}  # fmt: skip
PAGES = ("kept", "long", "held", "there")
FLAGGED = {name: (look.url,) for name, look in LOOKS.items()}


@pytest.fixture
def store(tmp_path: Path) -> Path:
    path = tmp_path / "x.sqlite"
    plan = CrawlPlan(run="2026Q4", site=Site(url=HOME), as_of=datetime(2026, 11, 20, tzinfo=BEIJING), seed=1)
    reading = Reading(PageKind.OTHER, (), "page", Charset("utf-8"))
    with closing(FactWriter.open(path, plan)) as writer:
        for name, look in LOOKS.items():
            writer.add_target(look.url, Lane.PAGE, 1)
            stored = msgspec.structs.replace(look, final_url=look.final_url or look.url)
            number = writer.add_fetch(stored, BODY if name in PAGES else None)
            if name in PAGES:
                writer.add_page(look.url, number, 1, reading, [])
        seen = Rendering(at=AT + 5, browser="chromium 156", status=200, settled=True)
        writer.add_rendering(writer.url_id(f"{HOME}kept"), seen, reading, [], SHOWN)
        writer.commit()
        writer.set_state(CrawlState(started_at=AT, finished_at=AT + 60))
    return path


Records = dict[tuple[str, str], tuple[dict[str, str], dict[str, str], bytes]]


def written(store: Path, name: str = "responses.warc.gz") -> tuple[Records, bytes]:
    """Kind and last part of the address → fields, HTTP headers and payload; the index."""
    file = store.with_name(name)
    draft = store.with_name("draft")
    with closing(SiteFacts.open(store)) as facts:
        told, index = write_responses(FLAGGED, facts, draft, file)
    draft.replace(file)
    assert told == set(LOOKS)
    records: Records = {}
    with file.open("rb") as content:
        for record in ArchiveIterator(content, check_digests="raise"):
            fields = dict(record.rec_headers.headers)
            uri = fields.get("WARC-Target-URI", "").rstrip("/").rpartition("/")[2]
            http = dict(record.http_headers.headers) if record.http_headers else {}
            body = record.content_stream().read()
            assert (record.rec_type, uri) not in records or uri == "there"
            records[record.rec_type, uri] = fields, http, body
    return records, index


def fate(records: Records, name: str) -> dict[str, str]:
    lines = records["metadata", name][2].decode().splitlines()
    return dict(line.split(": ", 1) for line in lines)


def test_each_body_has_its_fate(store: Path) -> None:
    records, _ = written(store)
    names = ("kept", "long", "torn", "held", "other.cn", "moved", "there", "none")
    fates = {name: fate(records, name).get("body") for name in names}
    assert fates == {
        "kept": "kept", "long": "cut", "torn": "not-kept", "held": "kept", "other.cn": "not-kept",
        "moved": "kept", "there": "kept", "none": "empty",
    }  # fmt: skip
    cut = {name: records["response", name][0].get("WARC-Truncated") for name in (*names, "moved")}
    assert cut == {
        "kept": None, "long": "length", "torn": "disconnect", "held": None, "other.cn": "unspecified",
        "moved": "unspecified", "there": None, "none": None,
    }  # fmt: skip
    assert records["response", "there"][2] == BODY
    assert records["response", "other.cn"][1:] == ({}, b"")


def test_what_never_answered_has_its_reason_alone(store: Path) -> None:
    records, _ = written(store)
    assert ("response", "mute") not in records
    told = fate(records, "mute")
    assert (told["reason"], told["detail"], told.get("body")) == ("timeout", "no answer within 15 s", None)


def test_a_line_of_the_metadata_stays_one_line(store: Path) -> None:
    records, _ = written(store)
    assert fate(records, "torn")["detail"] == "a\ufffdb: c"


def test_a_confirmation_refers_to_the_response_of_the_earlier_run(store: Path) -> None:
    records, _ = written(store)
    confirmed, stored = records["revisit", "held"][0], records["response", "held"][0]
    assert confirmed["WARC-Refers-To-Date"] == stored["WARC-Date"] < confirmed["WARC-Date"]
    assert confirmed["WARC-Refers-To-Target-URI"] == f"{HOME}held"
    assert confirmed["WARC-Payload-Digest"] == stored["WARC-Payload-Digest"]
    assert confirmed["WARC-IP-Address"] == "2001:db8::1"
    assert "WARC-IP-Address" not in stored
    assert fate(records, "held")["sent-in-run"] == "2026Q3"


def test_what_a_browser_showed_is_a_record_of_its_own(store: Path) -> None:
    records, index = written(store)
    fields, http, body = records["resource", "kept"]
    assert fields["WARC-Target-URI"] == f"urn:govaudit:rendering:{HOME}kept"
    assert (http, body) == ({}, SHOWN)
    assert b"urn:govaudit:rendering" in index


def test_bodies_beyond_the_limit_are_left_out_with_their_hash(
    store: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(response_records, "_MOST_BYTES", len(BODY) + len(SHOWN))
    records, _ = written(store)
    assert records["response", "kept"][2] == BODY
    assert records["response", "long"][2] == b""
    told = fate(records, "long")
    assert (told["body"], told["body-sha256"]) == ("left-out", hashlib.sha256(BODY).hexdigest())
    assert records["response", "there"][0]["WARC-Truncated"] == "unspecified"


def test_bodies_that_were_pruned_stay_in_the_file_that_has_them(store: Path) -> None:
    before, index = written(store)
    prune_bodies(store, "none")
    after, again = written(store)
    assert after == before
    assert len(again.splitlines()) == len(index.splitlines())
    elsewhere, _ = written(store, "elsewhere.warc.gz")
    assert elsewhere["response", "kept"][2] == b""
    assert elsewhere["response", "kept"][0]["WARC-Truncated"] == "unspecified"
    assert fate(elsewhere, "kept")["body"] == "pruned"


def test_a_damaged_earlier_file_does_not_stand_in_the_way(store: Path) -> None:
    written(store)
    file = store.with_name("responses.warc.gz")
    prune_bodies(store, "none")
    file.write_bytes(file.read_bytes()[:1200] + b"\x1f\x8b rubbish")
    records, _ = written(store)
    assert fate(records, "kept")["body"] == "pruned"


PRINTABLE = st.text(max_size=30).filter(str.isprintable)


@given(PRINTABLE, PRINTABLE, PRINTABLE, st.binary(max_size=50))
def test_whatever_a_server_says_there_is_a_record_that_can_be_read(
    rest: str, header: str, detail: str, body: bytes
) -> None:
    file = io.BytesIO()
    warc = WarcFile(file)
    uri = f"http://www.x.gov.cn/{rest.strip()}"
    headers = (("server", header), ("etag", header))
    warc.add(
        Record(
            id=record_id(uri), kind="response", uri=uri, at=NOON, payload=body, status=200, headers=headers
        )
    )
    fields = fields_text([("detail", detail)])
    warc.add(Record(id=record_id(uri, 2), kind="metadata", uri=uri, at=NOON, payload=fields))
    file.seek(0)
    read = [
        (one.content_stream().read(), one.rec_type) for one in ArchiveIterator(file, check_digests="raise")
    ]
    assert read == [(body, "response"), (fields, "metadata")]
    file.seek(0)
    assert [(one.offset, one.length) for one in read_places(file)] == [
        (one.offset, one.length) for one in warc.places
    ]
    (line,) = index_of(warc.places, "x.warc.gz").decode().splitlines()
    assert json.loads(line.split(" ", 2)[2])["url"] == uri


@given(st.text(max_size=60))
def test_any_text_has_a_key_of_one_word(text: str) -> None:
    assert len(search_key(text).split()) == len(search_key(f"http://{text}").split()) == 1


def test_another_reader_finds_all_records_whole_and_where_the_index_says(store: Path) -> None:
    _, index = written(store)
    content = store.with_name("responses.warc.gz").read_bytes()
    count = 0
    for record in OtherReader(io.BytesIO(content), parse_http=False):
        assert record.verify_block_digest(consume=True)
        count += 1
    assert count > len(LOOKS) * 2
    for line in index.decode().splitlines():
        place = json.loads(line.split(" ", 2)[2])
        start = int(place["offset"])
        (record,) = OtherReader(io.BytesIO(content[start : start + int(place["length"])]))
        assert record.headers["WARC-Target-URI"] == place["url"]
