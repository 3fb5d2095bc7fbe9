"""What a site's own search was asked and what it answered: probes of the kinds ``search`` and ``search-box``."""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING

import msgspec

from govaudit.inspection.forms import Form

if TYPE_CHECKING:
    from govaudit.inspection.site_facts import SiteFacts

KIND = "search"
BOX_KIND = "search-box"


class Asked(StrEnum):
    """Why something was searched for."""

    TITLE = "title"
    """It is the title of an article of the site."""
    NOTHING = "nothing"
    """No page can hold it: what the page of results shows even then."""
    CONTROL = "control"
    """Pages that hold it are sure to be there: whether the search finds anything at all."""


class Listed(msgspec.Struct, frozen=True, array_like=True):
    """A link of a page of results, as shown and where it leads."""

    text: str
    url: str


class SearchLook(msgspec.Struct, kw_only=True):
    """One query and the first page of its results. A probe of the kind ``search``; subject: the address asked.

    ``article``: the page whose title was searched for; ``look``: 1, 2 …; ``status`` 0 with ``reason``: no answer;
    ``listed``: links that neither a search in vain shows nor the home page, articles apart, at most 60; ``echoes``: how
    often the scripts in the page hold what was asked for; ``shown``: how the page shows the title: ``link`` (a link
    with this text or to the article), ``text``, ``code`` (in scripts, more often than a search in vain repeats it),
    empty when it does not; ``nothing``: the words with which it says that it found nothing; ``wall``: what it wants
    first; ``scripted``: parts of the page that only a script writes; ``in_browser``: seen in a browser.
    """

    query: str
    asked: Asked
    article: str = ""
    look: int = 1
    status: int = 0
    reason: str = ""
    detail: str = ""
    final_url: str = ""
    listed: tuple[Listed, ...] = ()
    shown: str = ""
    nothing: str = ""
    wall: str = ""
    scripted: tuple[str, ...] = ()
    in_browser: bool = False
    echoes: int = 0


class SearchBox(msgspec.Struct, kw_only=True):
    """By which form the site was searched, or why it was not. A probe of the kind ``search-box``; subject: the home
    page. ``form``: the one used; ``why``: empty, else ``none`` (no box with a field was seen), ``not-get`` (it sends
    what it is asked, or only a script knows where), ``elsewhere`` (another government's site answers), ``robots``,
    ``no-titles``. ``seen``: forms of the home page as a browser shows it, where one looked because its source shows
    none; ``whole``: everything that its scripts write was there."""

    form: Form | None = None
    why: str = ""
    detail: str = ""
    seen: tuple[Form, ...] | None = None
    whole: bool = False


def search_box(facts: SiteFacts) -> SearchBox | None:
    """How the site was searched; ``None``: nobody tried."""
    found = facts.probes(BOX_KIND)
    return msgspec.convert(found[-1].result, SearchBox) if found else None


def search_looks(facts: SiteFacts) -> list[tuple[str, SearchLook]]:
    """Addresses asked, with what came, in their order; of what was asked twice the same way the last."""
    found = {}
    for probe in facts.probes(KIND):
        look = msgspec.convert(probe.result, SearchLook)
        found[probe.subject, look.look] = probe.subject, look
    return list(found.values())
