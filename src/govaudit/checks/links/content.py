"""Targets that answered, and with something else than what the link promises."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from govaudit.checks.links.outcome import CONFIRMING_LOOKS, DOCUMENT_EXTENSIONS, Outcome
from govaudit.checks.links.signs import signs
from govaudit.inspection.urls import extension_of
from govaudit.inspection.verdict import Reason, Verdict

if TYPE_CHECKING:
    from collections.abc import Sequence

    from govaudit.inspection.facts import Fetch

_WORDS = re.compile(r"[a-z]+")
_LONGEST_LOGIN_TITLE = 20
"""Characters: the title of an article that speaks of passwords is longer."""
_NEVER_COUNTED = frozenset({"", "html", "text", "xml"})

PAGE_FAULTS = ("empty", "truncated")
FILE_FAULTS = ("empty", "truncated", "truncated-unsure", "wrong-type")
_OF_DOWNLOADS = ("login", "other-type")
ATTACHMENT_FAULTS = (*FILE_FAULTS, *_OF_DOWNLOADS)


def file_outcome(
    url: str, looks: Sequence[Fetch], home: frozenset[str], *, own: bool, offered: bool
) -> Outcome | None:
    """For a file that answered: empty, cut short, a web page in its place, behind a login, of another type.

    A file that leads to the home page is a fault of redirects, and one that merely calls itself something else is
    the server's matter: only bytes and header that both say HTML count. ``offered``: to download, not as a part of
    a page.
    """
    last = looks[-1]
    if not all(fetch.opened and fetch.status == 200 for fetch in looks) or last.final_url in home:
        return None
    for fault, holds in (
        ("empty", _is_empty),
        ("truncated", _is_truncated),
        ("login", _asks_who),
        ("wrong-type", _is_page_instead),
        ("other-type", _is_other_type),
    ):
        if (offered or fault not in _OF_DOWNLOADS) and all(holds(url, fetch) for fetch in looks):
            return _confirmed(fault, looks, own=own)
    return None


def page_outcome(url: str, looks: Sequence[Fetch]) -> Outcome | None:
    """For a page that answered: nothing on it, or cut short. A person has to look, for a browser shows what there
    is."""
    for fault, holds in (("empty", _is_empty), ("truncated", _is_truncated)):
        confirmed = [fetch for fetch in looks if fetch.opened and fetch.status == 200 and holds(url, fetch)]
        if len(confirmed) == len(looks) >= CONFIRMING_LOOKS:
            return Outcome(fault, Verdict.REVIEW, looks[-1])
    return None


def _confirmed(fault: str, looks: Sequence[Fetch], *, own: bool) -> Outcome:
    last = looks[-1]
    if fault in _OF_DOWNLOADS:
        return Outcome(fault, Verdict.REVIEW, last)
    if len(looks) < CONFIRMING_LOOKS:
        return Outcome("unconfirmed", Verdict.INCONCLUSIVE, last, Reason.NOT_MEASURED)
    if fault == "truncated" and not own:
        return Outcome("truncated-unsure", Verdict.INCONCLUSIVE, last, Reason.RESET)
    return Outcome(fault, Verdict.FAIL, last)


def _is_empty(_: str, fetch: Fetch) -> bool:
    announced = next((value for name, value in fetch.headers if name.lower() == "content-length"), "0")
    return fetch.size == 0 and announced.strip() == "0" and not fetch.truncated


def _is_truncated(_: str, fetch: Fetch) -> bool:
    return fetch.truncated and fetch.detail.startswith("incomplete")


def _is_page_instead(url: str, fetch: Fetch) -> bool:
    says_page = "html" in fetch.content_type.lower()
    return "html" in fetch.magic and says_page and extension_of(url) in DOCUMENT_EXTENSIONS


def _asks_who(url: str, fetch: Fetch) -> bool:
    if "html" not in fetch.magic:
        return False
    if any(
        word in title and len(title) <= _LONGEST_LOGIN_TITLE
        for word in signs().login_titles
        for title in (fetch.title.lower(), fetch.heading.lower())
    ):
        return True
    return fetch.final_url not in {"", url} and not signs().login_words.isdisjoint(
        _WORDS.findall(fetch.final_url.partition("?")[0].lower())
    )


def _is_other_type(url: str, fetch: Fetch) -> bool:
    allowed = signs().files.get(extension_of(url))
    return allowed is not None and fetch.magic not in _NEVER_COUNTED and fetch.magic not in allowed
