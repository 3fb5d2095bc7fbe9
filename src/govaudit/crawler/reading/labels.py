"""What the head of a page says: title, labels, base address, moment of making."""

from __future__ import annotations

from typing import TYPE_CHECKING

from govaudit.crawler.reading.dates import find_dates
from govaudit.crawler.reading.text import collapsed, comparable
from govaudit.crawler.reading.words import word_set
from govaudit.inspection.facts import Label

if TYPE_CHECKING:
    from govaudit.crawler.reading.outline import Outline

_LONGEST_TITLE = 500
_LONGEST_CONTENT = 4000
_NO_BASE = ("data:", "javascript:")


def title_of(page: Outline) -> str:
    """The first ``<title>`` that says something, blanks collapsed; that of a drawing does not count."""
    for element in page.of_tag("title"):
        if page.enclosing(element, frozenset(["svg"])) < 0:
            title = collapsed(page.code.get(element, ""), _LONGEST_TITLE)
            if title:
                return title
    return ""


def labels_of(page: Outline) -> tuple[Label, ...]:
    """All ``<meta name content>`` of the label set with ``description`` and ``keywords``, names and contents as
    written, doubled ones too."""
    known = word_set("labels", "names")
    found = []
    for element in page.of_tag("meta"):
        attributes = page.attributes[element]
        name = attributes.get("name") or ""
        if name.strip().lower() in known:
            found.append(Label(name, (attributes.get("content") or "")[:_LONGEST_CONTENT]))
    return tuple(found)


def label_value(labels: tuple[Label, ...], name: str) -> str:
    """Content of the first label ``name`` (any letter case) that says something."""
    for label in labels:
        if label.name.strip().lower() == name.lower() and label.content.strip():
            return label.content.strip()
    return ""


def base_of(page: Outline) -> str:
    """``href`` of the first ``<base>`` that has one, as written; empty also where browsers do not follow it."""
    for element in page.of_tag("base"):
        raw = page.attributes[element].get("href")
        if raw is not None:
            written = raw.strip()
            return "" if written[:11].lower().startswith(_NO_BASE) else written
    return ""


def generated_on(page: Outline) -> str:
    """ISO date on which the system says it made the page, empty when it does not say."""
    known = word_set("labels", "generated")
    days = []
    for element in page.of_tag("meta"):
        attributes = page.attributes[element]
        if (attributes.get("name") or "").strip().lower() in known:
            days += [one.day for one in find_dates(comparable(attributes.get("content") or "", "zh-Hant"))]
    return max(days, default="")
