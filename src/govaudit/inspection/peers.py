"""What a site of a run tells the others, for questions that it cannot answer alone: ``runs/<run>/<key>.told.json``."""

from __future__ import annotations

import msgspec

from govaudit.inspection.site import Site
from govaudit.inspection.urls import without_www


class ToldDocument(msgspec.Struct, frozen=True, array_like=True):
    """A numbered document that a page of the site shows. ``made``: ISO day, empty where the page names none or
    several; ``validity``: ``valid``, ``invalid`` or empty."""

    number: str
    title: str
    url: str
    made: str = ""
    validity: str = ""


class ToldGuide(msgspec.Struct, frozen=True, array_like=True):
    """A service guide that a page of the site shows. ``code``, ``name``, ``office``: empty where it names none;
    ``elements``: canonical name → what it states, of materials their names, one a line."""

    code: str
    name: str
    office: str
    url: str
    elements: dict[str, str]


class Peer(msgspec.Struct, frozen=True):
    """A site with what it tells. ``titles``: folded texts of its links that may be titles of documents; ``unread``: why
    there may be more documents or titles, a named reason with an address."""

    site: Site
    documents: tuple[ToldDocument, ...] = ()
    titles: tuple[str, ...] = ()
    unread: str = ""
    guides: tuple[ToldGuide, ...] = ()


def is_portal_of(portal: Site, site: Site) -> bool:
    """Whether ``portal`` is the portal of the government that the office of ``site`` belongs to: its domain lies above,
    or both are registered for the same region."""
    if portal.kind != "portal" or site.kind == "portal" or portal.key == site.key:
        return False
    above = f".{without_www(portal.host)}"
    return site.host.endswith(above) or bool(site.region and site.region == portal.region)
