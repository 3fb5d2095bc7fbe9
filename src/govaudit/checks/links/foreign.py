"""Pages of other sites that opened, and by certain signs are not what the link promises.

Nobody asks other people's sites for addresses that cannot exist: what there is are their title, their heading and where
they ended. That is enough for a person to look, never for a fault.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from govaudit.checks.links.error_pages import says_missing
from govaudit.checks.links.outcome import Outcome
from govaudit.checks.links.signs import is_government, signs
from govaudit.inspection.urls import hostname_of
from govaudit.inspection.verdict import Verdict

if TYPE_CHECKING:
    from govaudit.inspection.facts import Fetch

FOREIGN_FAULTS = ("says-missing", "home-instead")
_FRONT = re.compile(r"https?://[^/?#]+/?(?:(?:index|default|main|home)\.\w{2,5})?", re.IGNORECASE)
_CONTENT = re.compile(
    r"https?://[^/?#]+/[^?#]*(?:\d{3,}|[^/?#]+\.(?:s?html?|jspx?|aspx?|php|do))(?:[?#]|$)|\?.*=\w",
    re.IGNORECASE,
)


def closed_sign(fetch: Fetch) -> tuple[str, str] | None:
    """Key of LNK010's text and the sign itself, of a site that was closed, parked, sold or taken over."""
    first, last = hostname_of(fetch.url), hostname_of(fetch.final_url or fetch.url)
    if any(last == host or last.endswith(f".{host}") for host in signs().parking_hosts):
        return ("parked", last) if first != last else None
    title = fetch.title.lower()
    if any(word in title for word in signs().closed_titles):
        return "closed", fetch.title
    # An article may report on gambling; the front page of a site whose title speaks of it lives by it.
    if _FRONT.fullmatch(fetch.url) and any(word in title for word in signs().taken_titles):
        return "taken", fetch.title
    return ("left-government", last) if is_government(first) and not is_government(last) else None


def telling_title(fetch: Fetch) -> str:
    """The title of a page, or the heading where that says more of what is missing."""
    return fetch.heading if says_missing(fetch.heading) and not says_missing(fetch.title) else fetch.title


def foreign_outcome(fetch: Fetch) -> Outcome | None:
    """For a page of another site that answered: it says that nothing was found, or it is the front page instead of the
    content. What LNK010 says of a site is not said again."""
    if not fetch.opened or fetch.status != 200 or closed_sign(fetch) is not None:
        return None
    if says_missing(fetch.title) or says_missing(fetch.heading):
        return Outcome("says-missing", Verdict.REVIEW, fetch)
    if fetch.hops and _CONTENT.search(fetch.url) and not _FRONT.fullmatch(fetch.url):
        return Outcome("home-instead", Verdict.REVIEW, fetch) if _FRONT.fullmatch(fetch.final_url) else None
    return None
