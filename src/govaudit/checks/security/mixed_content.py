"""What pages that came over https load or send without it, grouped by the host at the other end."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Literal

from govaudit.checks.links.survey import own_references
from govaudit.inspection.facts import Tag
from govaudit.inspection.urls import host_of, literal_address_kind

if TYPE_CHECKING:
    from govaudit.checks.context import Context
    from govaudit.inspection.facts import Link

Mixture = Literal["mixed-active", "mixed-passive", "form-over-http"]

_MIXTURES: dict[int, Mixture] = {
    Tag.SCRIPT: "mixed-active",
    Tag.STYLE: "mixed-active",
    Tag.FRAME: "mixed-active",
    Tag.FONT: "mixed-active",
    Tag.OBJECT: "mixed-active",
    Tag.IMAGE: "mixed-passive",
    Tag.MEDIA: "mixed-passive",
    Tag.ICON: "mixed-passive",
    Tag.FORM: "form-over-http",
    Tag.POST: "form-over-http",
}
"""Active: browsers refuse to load it, and who changes it changes the page. Passive: it is loaded by https instead, or
shown with a warning."""
_UPGRADE = re.compile(rb"upgrade-insecure-requests", re.IGNORECASE)
_MOST_LOOKED = 200
"""So many pages are asked for a policy that mends their references; the others are written alike."""


@dataclass(slots=True)
class Mixed:
    """References of one kind to one host: the first, how many different ones, and the pages that hold some."""

    mixture: Mixture
    host: str
    first: Link
    numbers: set[int] = field(default_factory=set)
    pages: dict[str, None] = field(default_factory=dict)
    examples: dict[str, None] = field(default_factory=dict)


def mixed_content(context: Context) -> tuple[int, list[Mixed]]:
    """How many own pages came over https, and what they mix, the gravest first."""
    if not any(page.url.startswith("https://") for page, _ in own_references(context)):
        return 0, []
    chosen = {
        number: (mixture, link)
        for number, link in context.facts.every_anchor()
        if (mixture := _mixture(link)) is not None
    }
    found: dict[tuple[Mixture, str], Mixed] = {}
    looked: dict[str, bool] = {}
    examined = 0
    for page, numbers in own_references(context):
        if not page.url.startswith("https://"):
            continue
        examined += 1
        mixing = [number for number in numbers if number in chosen]
        if not mixing or _mended(context, page.url, looked):
            continue
        for number in mixing:
            mixture, link = chosen[number]
            host = host_of(link.url or "")
            one = found.setdefault((mixture, host), Mixed(mixture, host, link))
            one.numbers.add(number)
            one.pages[page.url] = None
            if len(one.examples) < 10:
                one.examples[link.url or ""] = None
    order = list(dict.fromkeys(_MIXTURES.values()))
    return examined, sorted(found.values(), key=lambda one: (order.index(one.mixture), one.host))


def _mixture(link: Link) -> Mixture | None:
    if link.url is None or not link.url.startswith("http://"):
        return None
    # What stays on the visitor's machine is as safe as https.
    return None if literal_address_kind(link.url) == "loopback" else _MIXTURES.get(link.tag)


def _mended(context: Context, url: str, looked: dict[str, bool]) -> bool:
    """Whether the page tells browsers to ask by https for what it writes with http. Where the pages that were looked
    at do so, the others are taken to do so too."""
    if url not in looked and len(looked) >= _MOST_LOOKED:
        return any(looked.values())
    if url not in looked:
        looks = context.facts.looks(url)
        policies = [
            value for look in looks[-1:] for name, value in look.headers if name == "content-security-policy"
        ]
        head = (context.facts.body(url) or b"").partition(b"</head")[0]
        looked[url] = bool(_UPGRADE.search(head)) or any(
            "upgrade-insecure-requests" in policy.lower() for policy in policies
        )
    return looked[url]
