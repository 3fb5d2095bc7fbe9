"""Trees of pages that are there twice: under http and https, with and without ``www.``, with and without the name of
the index file, or with a parameter that changes nothing.

A tree is a copy when enough different pages were the same at both addresses. Nothing is ever said of the copy: its
pages are left out as duplicates, and only where the twin was read.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from govaudit.crawler.families import without_parameter
from govaudit.inspection.urls import host_of, index_file_of, without_www

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from govaudit.crawler.gist import Gist
    from govaudit.crawler.rules.tables import Traps

_MOST_COMPARED = 5_000
_MOST_PARAMETERS = 6
_MOST_PLAIN = 100_000

Relation = tuple[str, ...]
"""Two origins; or an origin's host and the name of an index file or a parameter."""


@dataclass(slots=True)
class _Evidence:
    """``same``: texts that both addresses showed, ``different``: how often they showed different ones."""

    same: set[bytes] = field(default_factory=set)
    different: int = 0


class Copies:
    """What is known of twin addresses in one crawl."""

    def __init__(self, limits: Traps, was_read: Callable[[str], bool]) -> None:
        """``was_read``: whether the page at an address is in the store."""
        self._limits = limits
        self._was_read = was_read
        self._origins: dict[str, list[str]] = {}
        self._index_files: set[str] = set()
        self._texts: dict[str, bytes] = {}
        self._plain_texts: dict[str, tuple[str, bytes]] = {}
        self._evidence: dict[Relation, _Evidence] = {}
        self._known: set[Relation] = set()
        self._idle: dict[str, set[str]] = {}
        self._plain_read: set[str] = set()

    def meet(self, origin: str) -> None:
        """There are pages of the site under this origin."""
        siblings = self._origins.setdefault(without_www(host_of(origin)), [])
        if origin not in siblings:
            siblings.append(origin)
            siblings.sort()

    def judge(self, pages: Iterable[tuple[str, Gist]]) -> None:
        """Take in a wave of pages that were read."""
        for url, gist in sorted(pages, key=lambda page: page[0]):
            if name := index_file_of(url):
                self._index_files.add(name)
            if gist.digest and len(self._texts) < _MOST_COMPARED:
                self._compare(url, gist.digest[8:])
            if self._idle and len(self._plain_read) < _MOST_PLAIN:
                self._plain_read.add(self._plain(url))

    def twin_of(self, url: str) -> Iterator[str]:
        """Addresses known to show the same page as ``url``."""
        if self._known:
            for relation, twin in self._twins(url):
                if relation in self._known:
                    yield twin

    def was_read(self, url: str) -> bool:
        """Whether the page at ``url`` was read at another address."""
        if any(map(self._was_read, self.twin_of(url))):
            return True
        if "?" not in url or host_of(url) not in self._idle:
            return False
        plain = self._plain(url)
        return plain != url and (plain in self._plain_read or self._was_read(plain))

    def _twins(self, url: str) -> Iterator[tuple[Relation, str]]:
        origin, path = _parted(url)
        for other in self._origins.get(without_www(host_of(url)), ()):
            if other != origin:
                yield (min(origin, other), max(origin, other)), other + path
        host = host_of(url)
        if url.endswith("/"):
            for name in sorted(self._index_files):
                yield (host, name), url + name
        elif name := index_file_of(url):
            yield (host, name), url.removesuffix(name)

    def _compare(self, url: str, text: bytes) -> None:
        for relation, twin in self._twins(url):
            if twin in self._texts:
                self._weigh(relation, text, self._texts[twin])
        self._texts[url] = text
        path, _, query = url.partition("?")
        if query:
            names = list(dict.fromkeys(one.partition("=")[0] for one in query.split("&")))
            for name in names[:_MOST_PARAMETERS]:
                plain = f"{name}\n{without_parameter(url, name)}"
                known = self._plain_texts.setdefault(plain, (url, text))
                if known[0] != url:
                    self._weigh((host_of(path), name, "?"), text, known[1])

    def _weigh(self, relation: Relation, text: bytes, other: bytes) -> None:
        evidence = self._evidence.setdefault(relation, _Evidence())
        if text == other:
            evidence.same.add(text)
        else:
            evidence.different += 1
        enough = len(evidence.same) >= self._limits.copies
        is_copy = enough and evidence.different * 10 <= len(evidence.same)
        if relation[-1] == "?":
            self._set_idle(relation[0], relation[1], is_idle=is_copy and not evidence.different)
        elif is_copy:
            self._known.add(relation)
        else:
            self._known.discard(relation)

    def _set_idle(self, host: str, name: str, *, is_idle: bool) -> None:
        names = self._idle.setdefault(host, set()) if is_idle else self._idle.get(host, set())
        if is_idle and name not in names:
            names.add(name)
            self._plain_read.update(map(self._plain, self._texts))
        elif not is_idle and name in names:
            names.discard(name)

    def _plain(self, url: str) -> str:
        for name in sorted(self._idle.get(host_of(url), ())):
            if name in url:
                url = without_parameter(url, name)
        return url


def _parted(url: str) -> tuple[str, str]:
    scheme, _, rest = url.partition("://")
    host, slash, path = rest.partition("/")
    return f"{scheme}://{host}", slash + path
