"""The earlier run of a site: pages that the server still vouches for are taken over instead of being sent again.

An answer 304 is a server's word, and servers err: a page that is held to be unchanged and is not would be judged by
what it said a quarter ago. So pages whose age is judged (home page, columns), the first ones of every host and a
seeded sample of the others are asked for by a version that never was, which an honest server answers in full. One
that confirms it, or sends something else under the validators of the stored answer, is not believed any more.
"""

from __future__ import annotations

import hashlib
from collections import Counter
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, timedelta
from email.utils import parsedate_to_datetime
from typing import TYPE_CHECKING

from govaudit.crawler.downloader.curl import Answer
from govaudit.inspection.errors import InputError, PrunedError
from govaudit.inspection.facts import Fetch, Lane, PageKind, Revalidated
from govaudit.inspection.site_facts import SiteFacts
from govaudit.inspection.urls import host_of

if TYPE_CHECKING:
    from pathlib import Path

    from govaudit.inspection.run import CrawlPlan

_UNCHANGED = 304
_ONE_OF = 20
"""One stored answer of so many is fetched in full to see whether the server's word holds …"""
_FIRST = 10
"""… and so many of each host to begin with."""
_AGE_IS_JUDGED = frozenset({PageKind.HOME, PageKind.COLUMN})
_NEVER_A_VERSION = 'If-None-Match: "govaudit-no-such-version"'
_NEVER_SINCE = "If-Modified-Since: Thu, 01 Jan 1970 00:00:00 GMT"
_OF_THE_STORED_BODY = frozenset({"content-type", "content-length", "content-encoding", "content-range"})
"""Headers of a 304 that do not replace those of the answer whose body is used (RFC 9111, 3.2)."""
_TOO_FRESH = timedelta(seconds=60)
"""A file changed so shortly before it was sent may have changed again in the same second (RFC 9110, 8.8.2.2)."""


class ContradictedError(Exception):
    """The site's word about earlier answers proved untrue after some of them had been taken over."""


@dataclass(frozen=True, slots=True)
class Stored:
    """An earlier answer. ``body``: empty where none was kept because none is read."""

    fetch: Fetch
    body: bytes

    def header(self, name: str) -> str:
        """Value of a stored header (lower-case name), empty when there is none."""
        return next((value for known, value in self.fetch.headers if known == name), "")


@dataclass(frozen=True, slots=True)
class Question:
    """What is asked about a stored answer. ``headers``: sent with the request; ``in_full``: by a version that never
    was, so that a 304 is untrue."""

    stored: Stored
    headers: tuple[str, ...]
    in_full: bool


class Earlier:
    """Earlier answers of a site, as far as they may be used. ``contradicted``: address of the first untrue one."""

    def __init__(self, facts: SiteFacts | None, plan: CrawlPlan) -> None:
        self._facts = facts
        self._run = plan.earlier
        self._seed = plan.seed
        self._asked: Counter[str] = Counter()
        self.contradicted = ""

    def close(self) -> None:
        """Close the store."""
        if self._facts is not None:
            self._facts.close()
            self._facts = None

    def question(self, url: str, lane: Lane) -> Question | None:
        """What to ask about ``url``; ``None``: nothing is known that could be confirmed."""
        if self._facts is None or self.contradicted or lane is Lane.EXTERNAL:
            return None
        stored = _stored(self._facts, url, lane)
        if stored is None:
            return None
        validators = _validators(stored)
        if not validators:
            return None
        if self._in_full(self._facts, url):
            never = _NEVER_A_VERSION if stored.header("etag") else _NEVER_SINCE
            return Question(stored, (never,), in_full=True)
        return Question(stored, validators, in_full=False)

    def _in_full(self, facts: SiteFacts, url: str) -> bool:
        if facts.kind_of(url) in _AGE_IS_JUDGED:
            return True
        host = host_of(url)
        self._asked[host] += 1
        return self._asked[host] <= _FIRST or _is_drawn(self._seed, url)

    def settled(self, question: Question, answer: Answer) -> tuple[Answer, Revalidated | None] | None:
        """The answer to go on with: as it came, or the stored one that it confirms. ``None``: it is worth nothing,
        the address has to be asked again."""
        stored = question.stored
        if answer.status != _UNCHANGED:
            if not self.contradicted and answer.status == stored.fetch.status and _is_untrue(stored, answer):
                self.contradicted = stored.fetch.url
            return answer, None
        if question.in_full:
            self.contradicted = self.contradicted or stored.fetch.url
        if self.contradicted:
            return None
        earlier = stored.fetch.revalidated
        since = Revalidated(
            _UNCHANGED, *((earlier.run, earlier.since) if earlier else (self._run, stored.fetch.at))
        )
        return _confirmed(stored, answer), since


def open_earlier(path: Path | None, plan: CrawlPlan) -> Earlier:
    """The earlier run at ``path``. Where there is none that can be read, where requests carry credentials, and where
    it was made under another name, nothing is taken over."""
    if path is None or not plan.earlier or plan.network.headers or plan.network.cookies:
        return Earlier(None, plan)
    with suppress(InputError):
        facts = SiteFacts.open(path)
        if facts.state.finished and facts.plan.network.user_agent == plan.network.user_agent:
            return Earlier(facts, plan)
        facts.close()
    return Earlier(None, plan)


def _is_drawn(seed: int, url: str) -> bool:
    digest = hashlib.blake2b(f"{seed}\n{url}".encode(), digest_size=8).digest()
    return int.from_bytes(digest) % _ONE_OF == 0


def _stored(facts: SiteFacts, url: str, lane: Lane) -> Stored | None:
    """The earlier answer of an address, if it can stand in for a new one: whole, direct, and with its body where that
    is read."""
    fetch = next(reversed(facts.looks(url)), None)
    if fetch is None or not fetch.opened or fetch.status != 200 or not fetch.size:
        return None
    if fetch.hops or fetch.final_url != url or fetch.content_type.lower().startswith("text/css"):
        return None
    try:
        body = facts.body(url) if lane is Lane.PAGE else None
    except PrunedError:
        return None
    if body is not None:
        return None if fetch.truncated or fetch.original else Stored(fetch, body)
    return None if fetch.magic == "html" or not fetch.content_type else Stored(fetch, b"")


def taken_over(fetch: Fetch, stored: Stored, revalidated: Revalidated) -> None:
    """Complete a look at whose end an earlier answer was confirmed: size and type were measured then."""
    fetch.revalidated = revalidated
    if not stored.body:
        fetch.size, fetch.truncated, fetch.magic, fetch.title, fetch.heading = (
            stored.fetch.size, stored.fetch.truncated, stored.fetch.magic, stored.fetch.title,
            stored.fetch.heading,
        )  # fmt: skip


def _validators(stored: Stored) -> tuple[str, ...]:
    """Request headers by which the server can tell whether the stored answer still holds."""
    tag, modified = stored.header("etag"), stored.header("last-modified")
    lines = [f"If-None-Match: {tag}"] if tag and tag.isascii() else []
    if modified and modified.isascii() and (tag or not _too_fresh(modified, stored.header("date"))):
        lines.append(f"If-Modified-Since: {modified}")
    return tuple(lines)


def _too_fresh(modified: str, sent: str) -> bool:
    try:
        changed, told = parsedate_to_datetime(modified), parsedate_to_datetime(sent)
    except ValueError:
        return True
    return (
        told.replace(tzinfo=told.tzinfo or UTC) - changed.replace(tzinfo=changed.tzinfo or UTC) < _TOO_FRESH
    )


def _is_untrue(stored: Stored, answer: Answer) -> bool:
    """Whether a full answer carries the validators of the stored one, and something else."""
    if answer.error or answer.cut:
        return False
    name = "etag" if stored.header("etag") else "last-modified"
    if stored.header(name) != answer.header(name):
        return False
    if stored.body:
        return answer.body != stored.body
    return stored.header("content-length") != answer.header("content-length")


def _confirmed(stored: Stored, answer: Answer) -> Answer:
    """The stored answer with the headers that the 304 brings up to date (RFC 9111, 4.3.4)."""
    fresh = [(name, value) for name, value in answer.headers if name not in _OF_THE_STORED_BODY]
    names = {name for name, _ in fresh}
    kept = [(name, value) for name, value in stored.fetch.headers if name not in names]
    return Answer(
        status=stored.fetch.status, headers=[("content-type", stored.fetch.content_type), *kept, *fresh],
        body=stored.body, cut=False, address=answer.address, error=0, error_text="", os_error=0, connected=True,
    )  # fmt: skip
