"""Looks of a run as records of a WARC: what the run stored, and nothing else.

A response is written with the headers and the body that were kept. What was not kept is not made up: such a record says
that it lacks its body (``WARC-Truncated``), and the ``metadata`` record beside it says what became of it.
"""

from __future__ import annotations

import hashlib
from contextlib import suppress
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from govaudit import __version__
from govaudit.inspection.errors import PrunedError
from govaudit.inspection.verdict import Reason
from govaudit.workflow.warc_file import Record, WarcFile, fields_text, index_of, read_places, record_id

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path
    from typing import BinaryIO, Literal

    from govaudit.inspection.facts import Fetch, Rendering
    from govaudit.inspection.site_facts import SiteFacts
    from govaudit.workflow.warc_file import Place

    Fate = Literal["none", "empty", "kept", "redacted", "cut", "not-kept", "pruned", "left-out"]
    """What became of the body of a response."""

_MOST_BYTES = 64_000_000
"""Bodies of a site, unpacked, those of the gravest findings first; the other responses are written without theirs."""
_STANDARD = "http://iipc.github.io/warc-specifications/specifications/warc-format/warc-1.1/"
_NOT_MODIFIED = "http://netpreserve.org/warc/1.1/revisit/server-not-modified"
_NOTES = (
    "bodies without transfer and content coding; headers kept in part; no Set-Cookie; HTTP version not kept"
)
_OF_THE_WIRE = frozenset({"content-length", "content-encoding", "transfer-encoding"})
"""Headers that speak of the body as it was sent, not as it is kept."""
_LEFT_OUT = frozenset({"set-cookie"})
"""What a server gives to one visitor is nobody else's."""
_WITH_BODY = frozenset({"kept", "redacted", "cut"})
_CUT = {Reason.TIMEOUT: "time", Reason.TOO_LARGE: "length", None: "length"}


def write_responses(
    flagged: Mapping[str, tuple[str, ...]], facts: SiteFacts, file: Path, earlier: Path
) -> tuple[set[str], bytes]:
    """Write the looks at the addresses of every finding to ``file``. ``flagged``: finding → addresses, the gravest
    first; ``earlier``: what an earlier judgement wrote, the only place of bodies that were pruned. Returns the findings
    whose addresses were looked at, and the index for a file named like ``earlier``."""
    with file.open("wb") as content, _Pruned(earlier, facts) as pruned:
        warc = WarcFile(content)
        warc.add(_information(facts))
        looks = _Looks(facts, warc, pruned)
        told = {number for number, urls in flagged.items() if sum([looks.write(url) for url in urls])}
    return told, index_of(warc.places, earlier.name)


class _Pruned:
    """Records with bodies in the file of an earlier judgement, if bodies were pruned since."""

    def __init__(self, path: Path, facts: SiteFacts) -> None:
        self._file: BinaryIO | None = None
        self._places: dict[str, Place] = {}
        if facts.state.archive == "all" or not path.is_file():
            return
        self._file = path.open("rb")
        with suppress(Exception):  # a damaged file has nothing to offer from the damage on
            self._places.update((one.id, one) for one in read_places(self._file))

    def __enter__(self) -> _Pruned:
        return self

    def __exit__(self, *_: object) -> None:
        if self._file is not None:
            self._file.close()

    def has_body(self, number: str) -> bool:
        """Whether the file has a record with a body."""
        return number in self._places and self._places[number].size > 0

    def record(self, number: str) -> tuple[Place, bytes] | None:
        """A record as it lies in the earlier file."""
        place = self._places.get(number)
        if place is None or self._file is None:
            return None
        self._file.seek(place.offset)
        return place, self._file.read(place.length)


class _Looks:
    """Writes every look at an address once."""

    def __init__(self, facts: SiteFacts, warc: WarcFile, pruned: _Pruned) -> None:
        self._facts = facts
        self._warc = warc
        self._pruned = pruned
        self._room = _MOST_BYTES
        self._written: set[str] = set()
        self._known: dict[str, bool] = {}

    def write(self, url: str) -> bool:
        """Write all looks at an address. Returns whether there are any."""
        if url in self._known:
            return self._known[url]
        looks = self._facts.looks(url)
        self._known[url] = bool(looks)
        bodies = self._facts.bodies(url)
        for look in looks:
            self._look(look, bodies.get(look.look))
        self._rendering(url)
        # What lies behind a redirect is judged under the address where it lies.
        for final_url in dict.fromkeys(one.final_url for one in looks if one.final_url != url):
            self.write(final_url)
        return bool(looks)

    def _look(self, look: Fetch, body: bytes | None) -> None:
        if body is None and look.final_url != look.url:
            body = self._arrived(look)
        fate = self._fate(look, body)
        number = _response_id(self._facts, look)
        pruned = fate == "pruned" and self._pruned.has_body(number)
        for record in _records(self._facts, look, body, fate):
            self._add(record, pruned=pruned)

    def _arrived(self, look: Fetch) -> bytes | None:
        """The body that a redirect led to: it is stored with the address where it lies."""
        bodies = self._facts.bodies(look.final_url)
        same = (one.look for one in self._facts.looks(look.final_url) if one.at == look.at)
        return next((bodies[number] for number in same if number in bodies), None)

    def _fate(self, look: Fetch, body: bytes | None) -> Fate:
        if not look.status:
            return "none"
        if body is None:
            if not look.size:
                return "empty"
            return "pruned" if self._was_pruned(look) else "not-kept"
        if len(body) > self._room:
            return "left-out"
        if look.original:
            return "redacted"
        return "cut" if look.truncated else "kept"

    def _was_pruned(self, look: Fetch) -> bool:
        if self._facts.state.archive == "all" or look.content_type.lower().startswith("text/css"):
            return False
        return self._facts.page(look.final_url, plain=True) is not None

    def _rendering(self, url: str) -> None:
        try:
            seen = self._facts.rendering(url)
        except PrunedError:
            self._copy(_rendering_id(self._facts, url))
            return
        if seen is not None and seen[1] is not None and len(seen[1]) <= self._room:
            self._add(_shown(self._facts, url, seen[0], seen[1]))

    def _add(self, record: Record, *, pruned: bool = False) -> None:
        """Write a record, the earlier file's one where the body is in that alone."""
        if record.id in self._written or (pruned and self._copy(record.id)):
            return
        self._written.add(record.id)
        self._room -= len(record.payload)
        self._warc.add(record)

    def _copy(self, number: str) -> bool:
        """Take a record over from the earlier file. Returns whether it is there."""
        found = self._pruned.record(number)
        if found is None:
            return False
        self._written.add(number)
        self._warc.copy(*found)
        return True


def _records(facts: SiteFacts, look: Fetch, body: bytes | None, fate: Fate) -> Iterator[Record]:
    """What there is to say of a look."""
    for step in range(len(look.hops)):
        yield _hop(facts, look, step)
    if look.revalidated:
        yield _confirmation(facts, look, body)
    number = _response_id(facts, look)
    if look.status:
        yield _response(number, look, body or b"", fate)
    yield _metadata(facts, look, number, body, fate)


def _response_id(facts: SiteFacts, look: Fetch) -> str:
    return _id(facts, "response", look.final_url, look.at, look.look)


def _rendering_id(facts: SiteFacts, url: str) -> str:
    return _id(facts, "rendering", url)


def _id(facts: SiteFacts, *identity: object) -> str:
    return record_id(facts.plan.run, facts.plan.site.key, *identity)


def _information(facts: SiteFacts) -> Record:
    """What the file is."""
    plan = facts.plan
    fields = (
        ("software", f"govaudit/{__version__}"),
        ("format", "WARC File Format 1.1"),
        ("conformsTo", _STANDARD),
        ("isPartOf", plan.run),
        ("description", plan.site.key),
        ("http-header-user-agent", plan.network.user_agent),
        ("robots", "ignore" if plan.network.ignore_robots else "obey"),
        ("notes", _NOTES),
    )
    return Record(
        id=_id(facts, "warcinfo"),
        kind="warcinfo",
        uri="",
        at=_moment(facts.state.finished_at or facts.state.started_at),
        payload=fields_text(fields),
    )


def _response(number: str, look: Fetch, body: bytes, fate: Fate) -> Record:
    headers = [("content-type", look.content_type)] if look.content_type else []
    headers += [
        (f"x-archive-orig-{name}" if name in _OF_THE_WIRE else name, value)
        for name, value in look.headers
        if name not in _LEFT_OUT
    ]
    return Record(
        id=number,
        kind="response",
        uri=look.final_url,
        at=_moment(look.revalidated.since if look.revalidated else look.at),
        payload=body if fate in _WITH_BODY else b"",
        status=look.status,
        headers=tuple(headers),
        fields=_address(look) | _truncated(look, fate),
        mime=look.content_type,
    )


def _address(look: Fetch) -> dict[str, str]:
    return {"WARC-IP-Address": look.address} if look.address and not look.revalidated else {}


def _truncated(look: Fetch, fate: Fate) -> dict[str, str]:
    if fate in {"empty", "kept"} or (fate == "redacted" and not look.truncated):
        return {}
    return {"WARC-Truncated": _CUT.get(look.reason, "disconnect") if look.truncated else "unspecified"}


def _hop(facts: SiteFacts, look: Fetch, step: int) -> Record:
    """An answer that sent us on: its headers were not kept."""
    hop = look.hops[step]
    return Record(
        id=_id(facts, "hop", look.url, look.at, look.look, step),
        kind="response",
        uri=hop.url,
        at=_moment(look.at),
        status=hop.status,
        fields={"WARC-Truncated": "unspecified"},
    )


def _confirmation(facts: SiteFacts, look: Fetch, body: bytes | None) -> Record:
    """The answer that a stored response still holds."""
    held = look.revalidated
    fields = {"WARC-Profile": _NOT_MODIFIED, "WARC-Refers-To-Target-URI": look.final_url}
    if held is not None:
        fields["WARC-Refers-To-Date"] = _moment(held.since)
    if look.address:
        fields["WARC-IP-Address"] = look.address
    if body is not None:
        fields["WARC-Payload-Digest"] = f"sha256:{hashlib.sha256(body).hexdigest()}"
    return Record(
        id=_id(facts, "revisit", look.final_url, look.at, look.look),
        kind="revisit",
        uri=look.final_url,
        at=_moment(look.at),
        status=held.status if held is not None else 0,
        fields=fields,
    )


def _metadata(facts: SiteFacts, look: Fetch, number: str, body: bytes | None, fate: Fate) -> Record:
    """How a look went, and what became of what it brought."""
    return Record(
        id=_id(facts, "metadata", look.url, look.at, look.look),
        kind="metadata",
        uri=look.url,
        at=_moment(look.at),
        payload=fields_text(_told_of(look, body, fate)),
        fields={"WARC-Concurrent-To": number} if look.status else {},
    )


def _told_of(look: Fetch, body: bytes | None, fate: Fate) -> Iterator[tuple[str, object]]:
    yield "look", look.look
    yield "seconds", f"{look.seconds:g}"
    for number, hop in enumerate(look.hops):
        following = look.hops[number + 1].url if number + 1 < len(look.hops) else look.final_url
        yield "hop", f"{hop.status} {hop.url} led to {following}"
    yield "final-url", look.final_url
    yield "status", look.status or ""
    yield "reason", look.reason.value if look.reason else ""
    yield "detail", look.detail
    yield "address", look.address
    yield "content-type", look.content_type
    yield "bytes", look.size
    if look.revalidated:
        yield "confirmed-by", look.revalidated.status
        yield "sent-in-run", look.revalidated.run
    yield "body", fate if fate != "none" else ""
    yield "body-sha256", hashlib.sha256(body).hexdigest() if body is not None else ""
    yield "original-sha256", look.original


def _shown(facts: SiteFacts, url: str, look: Rendering, html: bytes) -> Record:
    """A page as a browser showed it."""
    return Record(
        id=_rendering_id(facts, url),
        kind="resource",
        uri=f"urn:govaudit:rendering:{url}",
        at=_moment(look.at),
        payload=html,
        mime="text/html; charset=utf-8",
    )


def _moment(seconds: float) -> str:
    return f"{datetime.fromtimestamp(seconds, UTC):%Y-%m-%dT%H:%M:%SZ}"
