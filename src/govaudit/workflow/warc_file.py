"""A WARC file (ISO 28500, version 1.1) and its CDXJ index, the same bytes for the same records."""

from __future__ import annotations

import hashlib
import io
import json
import re
import uuid
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, BinaryIO
from urllib.parse import SplitResult, urlsplit

from warcio.archiveiterator import ArchiveIterator
from warcio.statusandheaders import StatusAndHeaders
from warcio.warcwriter import WARCWriter

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

_INDEXED = frozenset({"response", "revisit", "resource"})
_WITHOUT_PAYLOAD = frozenset({"warcinfo", "revisit"})
_PORTS = {"http": 80, "https": 443}
_WWW = re.compile(r"www\d*\.")
_SLASHES = re.compile("/{2,}")
_NAMESPACE = uuid.UUID("6f6d6f0a-5a59-5b7e-9f3b-0d5a2a7a3c11")


@dataclass(frozen=True, slots=True, kw_only=True)
class Record:
    """One record. ``at``: ISO moment in UTC, to the second; ``status``: of the response, 0 where the record is none;
    ``headers``: of the response; ``fields``: further fields of the record; ``mime``: type of the payload."""

    id: str
    kind: str
    uri: str
    at: str
    payload: bytes = b""
    status: int = 0
    headers: tuple[tuple[str, str], ...] = ()
    fields: dict[str, str] = field(default_factory=dict)
    mime: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """Where a record lies in the file. ``digest``: of its payload; ``size``: of its payload in bytes, where known."""

    id: str
    kind: str
    uri: str
    at: str
    status: int
    mime: str
    digest: str
    offset: int
    length: int
    size: int


def record_id(*identity: object) -> str:
    """The id of a record: the same for the same identity."""
    return f"<urn:uuid:{uuid.uuid5(_NAMESPACE, json.dumps([str(one) for one in identity]))}>"


def fields_text(fields: Iterable[tuple[str, object]]) -> bytes:
    """``application/warc-fields``: a line each; fields without a value are left out."""
    lines = (f"{name}: {_one_line(str(value))}\r\n" for name, value in fields if str(value))
    return "".join(lines).encode()


def _one_line(text: str) -> str:
    return "".join(one if one.isprintable() else "\ufffd" for one in text)


class WarcFile:
    """Writes records one after another, each a gzip member of its own."""

    def __init__(self, file: BinaryIO) -> None:
        self._file = file
        self._writer = WARCWriter(file, gzip=True, warc_version="1.1")
        self.places: list[Place] = []

    def add(self, record: Record) -> None:
        """Append a record with the digests of its block and payload."""
        offset = self._file.tell()
        http = None
        if record.status:
            http = StatusAndHeaders(f"{record.status} ", list(record.headers), protocol="HTTP/1.1")
            http.compute_headers_buffer(None)
        own = {"WARC-Payload-Digest": f"sha256:{hashlib.sha256(record.payload).hexdigest()}"}
        block = hashlib.sha256((http.headers_buff if http else b"") + record.payload).hexdigest()
        fields = {
            "WARC-Type": record.kind,
            "WARC-Record-ID": record.id,
            "WARC-Date": record.at,
            **({} if record.kind in _WITHOUT_PAYLOAD else own),
            **record.fields,
            "WARC-Block-Digest": f"sha256:{block}",
        }
        self._writer.write_record(
            self._writer.create_warc_record(
                record.uri,
                record.kind,
                payload=io.BytesIO(record.payload),
                length=len(record.payload),
                warc_content_type=record.mime if record.kind == "resource" else "",
                warc_headers_dict=fields,
                http_headers=http,
            )
        )
        self.places.append(
            Place(
                id=record.id,
                kind=record.kind,
                uri=record.uri,
                at=record.at,
                status=record.status,
                mime=record.mime,
                digest=fields.get("WARC-Payload-Digest", "-"),
                offset=offset,
                length=self._file.tell() - offset,
                size=len(record.payload),
            )
        )

    def copy(self, place: Place, member: bytes) -> None:
        """Append a record as it stands in another file."""
        self.places.append(replace(place, offset=self._file.tell(), length=len(member)))
        self._file.write(member)


def read_places(file: BinaryIO) -> Iterator[Place]:
    """The records of a file of ours that have the digests they state, in their order. Raises warcio's errors for what
    is no WARC."""
    records = ArchiveIterator(file, check_digests=True)
    for record in records:
        headers = record.rec_headers
        http = record.http_headers
        size = len(record.content_stream().read())
        if not record.digest_checker.passed and record.rec_type != "revisit":  # whose body lies elsewhere
            continue
        code = http.get_statuscode() if http is not None else ""
        yield Place(
            id=headers.get_header("WARC-Record-ID") or "",
            kind=record.rec_type,
            uri=headers.get_header("WARC-Target-URI") or "",
            at=headers.get_header("WARC-Date") or "",
            status=int(code) if code and code.isdigit() else 0,
            mime=_mime(http.get_header("Content-Type") if http is not None else record.content_type),
            digest=headers.get_header("WARC-Payload-Digest") or "-",
            offset=records.get_record_offset(),
            length=records.get_record_length(),
            size=size,
        )


def _mime(content_type: str | None) -> str:
    return (content_type or "").partition(";")[0].strip().lower()


def index_of(places: Iterable[Place], name: str) -> bytes:
    """The CDXJ of the records that a reader may ask for, in the file ``name``."""
    lines = [_line(place, name) for place in places if place.kind in _INDEXED]
    return "".join(f"{line}\n" for line in sorted(lines)).encode()


def _line(place: Place, name: str) -> str:
    moment = "".join(one for one in place.at if one.isdigit())
    mime = "warc/revisit" if place.kind == "revisit" else _mime(place.mime) or "unk"
    entry = {
        "url": place.uri,
        "mime": mime,
        "status": str(place.status) if place.status else "-",
        "digest": place.digest,
        "length": str(place.length),
        "offset": str(place.offset),
        "filename": name,
    }
    return f"{search_key(place.uri)} {moment} {json.dumps(entry)}"


def search_key(url: str) -> str:
    """What archives look an address up by (SURT): the host from behind, without ``www.`` and the scheme's port, in
    small letters, parameters in their order."""
    try:
        key = _surt(urlsplit(url)) or url.lower()
    except ValueError:
        key = url.lower()
    return "%20".join(key.split()) or "-"


def _surt(parts: SplitResult) -> str:
    """Empty for what is no web address. Raises ``ValueError`` for a port that is none."""
    if parts.scheme not in _PORTS or not parts.hostname:
        return ""
    host = _WWW.sub("", parts.hostname, count=1) if _WWW.match(parts.hostname) else parts.hostname
    reversed_host = host if ":" in host else ",".join(reversed(host.split(".")))
    port = f":{parts.port}" if parts.port and parts.port != _PORTS[parts.scheme] else ""
    path = _SLASHES.sub("/", parts.path.lower()).rstrip("/") or "/"
    query = "&".join(
        "=".join(pair) for pair in sorted(one.split("=", 1) for one in parts.query.lower().split("&"))
    )
    key = f"{reversed_host}{port}){path}"
    return f"{key}?{query}" if query else key
