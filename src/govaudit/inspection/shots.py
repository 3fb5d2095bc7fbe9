"""Pictures of flagged places: what is to be framed, and why there is no picture of it."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Literal

KIND = "screenshot"
"""Kind of the evidence."""


def over_family(path: str) -> str:
    """``-ipv4`` or ``-ipv6`` when the file of a picture shows a page over that family alone, else empty."""
    return next((f"-ipv{family}" for family in "46" if path.endswith(f"-ipv{family}-{KIND}.jpg")), "")


class NoShot(StrEnum):
    """Why a flagged place has no picture."""

    NOT_USED = "not-used"
    """No browser, or no pictures were wanted."""
    NO_BROWSER = "no-browser"
    """None was found, or it did not start."""
    OFFLINE = "offline"
    """The judgement touched no network."""
    LIMIT = "limit"
    """More places than pictures a site."""
    TIME = "time"
    """The time for pictures was used up."""
    ROBOTS = "robots"
    """The site asks crawlers to leave the page alone by now."""
    PAGE = "page"
    """The browser could not show the page."""
    NOT_THERE = "not-there"
    """The page as the browser shows it does not hold the reference."""
    NOT_SHOWN = "not-shown"
    """Nothing of it is to be seen: a style, a script, a hidden or covered part."""
    PRIVATE = "private"
    """The page shows numbers of persons."""


@dataclass(frozen=True, slots=True)
class Spot:
    """A place to be framed. ``id``: of the finding; ``page``: canonical address; ``xpath``/``raw``/``text``: as in a
    locator. ``family``: the page over IPv``4`` or IPv``6`` alone, with nothing framed; empty: over any."""

    id: str
    page: str
    xpath: str
    raw: str
    text: str
    family: Literal["", "4", "6"] = ""

    @property
    def name(self) -> str:
        """What its picture is filed under."""
        return f"{self.id}-ipv{self.family}" if self.family else self.id
