"""TAG004: values of the labels."""

from __future__ import annotations

import re
from collections import defaultdict
from difflib import SequenceMatcher
from typing import TYPE_CHECKING

from govaudit.checks.identity.mark_survey import normal_form
from govaudit.checks.identity.site_codes import SITE_CODE, footer_codes
from govaudit.checks.labels.required_labels import ARTICLE_LABELS, COLUMN_LABELS, PLACES, SITE_LABELS
from govaudit.checks.registry import Fault, Judgement, Params, check
from govaudit.checks.whole_pages import unread_site, whole_pages
from govaudit.inspection.finding import Locator
from govaudit.inspection.vocabulary import fold

if TYPE_CHECKING:
    from collections.abc import Iterator

    from govaudit.checks.context import Context
    from govaudit.inspection.fact_tables import StoredPage

_CANONICAL = {name.lower(): name for name in (*SITE_LABELS, *COLUMN_LABELS, *ARTICLE_LABELS)}

SHOWN_VALUES = 3


class LabelValuesParams(Params):
    """``placeholders``: values that say nothing. ``template``: signs of a template that was not filled in.
    ``date``: how ``PubDate`` is written. ``title_likeness``: from which share of common characters a title that
    neither contains the shown one nor is contained in it still counts as the same (0–1)."""

    placeholders: tuple[str, ...] = ("null", "undefined", "none", "nan", "n/a")
    template: re.Pattern[str] = re.compile(r"(?i)\{\{|\$\{|<%|\[!--|#\{|^\$[a-z]|^\{[a-z]+:[^}]*\}$")
    date: re.Pattern[str] = re.compile(r"\d{4}-\d{2}-\d{2} \d{2}:\d{2}(?::\d{2})?")
    title_likeness: float = 0.6


@check(
    "TAG004",
    name="label-value-fault",
    faults=("empty", "date-format", "code-format", "code-differs", "title-differs"),
    params=LabelValuesParams,
)
def label_values(context: Context, params: LabelValuesParams) -> Judgement:
    """Values of the labels on home, column and content pages: filled in, well-formed, and what the page shows.

    Faults: empty or placeholder values; ``PubDate`` not written as 2026-09-30 11:18 (seconds are accepted);
    ``SiteIDCode`` malformed or not the code of the page's own footer; ``ArticleTitle`` that is another title than
    the page shows (shortened titles, added site names and punctuation are accepted). One finding for each label,
    kind of page and fault. A label that stands twice is right when one of its values is. Whether ``PubDate`` is
    the visible date is FRE006.

    Clause: 国办发〔2017〕47号 附件《网页设计规范》 and the note on labels of the common platform: PubDate is written
    yyyy-MM-dd HH:mm; an empty value and “null” say nothing.
    Reads: labels, heading, title and footer marks of home, column and content pages.
    Could not tell: the reason of the crawl when no page was read. Missing labels are TAG001 to TAG003.
    """
    pages = [page for page in whole_pages(context) if page.kind in PLACES]
    if not pages:
        return unread_site(context) if not context.pages else Judgement(examined=0, applicable=False)
    found: dict[tuple[str, str, str], list[tuple[str, str]]] = defaultdict(list)
    for page in pages:
        for name, fault, value in _faults(page, params, context.site.code.lower()):
            found[name, PLACES[page.reading.kind], fault].append((page.url, value))
    return Judgement(
        examined=len(pages),
        faults=[_fault(*key, where) for key, where in sorted(found.items())],
        population=tuple(page.url for page in pages),
    )


def _fault(name: str, place: str, fault: str, where: list[tuple[str, str]]) -> Fault:
    values = list(dict.fromkeys(value for _, value in where))[:SHOWN_VALUES]
    subject = f"{name}@{place}"
    return Fault(
        subject=subject,
        page=where[0][0],
        fault=fault,
        arguments={"name": name, "count": len(where), "text": "; ".join(values)},
        identity=f"{subject} {fault}",
        locator=Locator(text=values[0]),
        aspect=place,
        count=len(where),
        pages=tuple(url for url, _ in where),
    )


def _faults(page: StoredPage, params: LabelValuesParams, registered: str) -> Iterator[tuple[str, str, str]]:
    """Label, fault and what was seen, at most one fault a label."""
    values: dict[str, list[str]] = defaultdict(list)
    for label in page.reading.labels:
        name = _CANONICAL.get(label.name.strip().lower())
        if name is not None:
            values[name].append(label.content.strip())
    for name, written in values.items():
        filled = [value for value in written if not _says_nothing(value, params)]
        if not filled:
            yield name, "empty", written[0]
            continue
        faults = [_fault_of_value(name, value, page, params, registered) for value in filled]
        if all(faults):
            yield name, *faults[0]


def _says_nothing(value: str, params: LabelValuesParams) -> bool:
    return not value or value.lower() in params.placeholders or bool(params.template.search(value))


def _fault_of_value(
    name: str, value: str, page: StoredPage, params: LabelValuesParams, registered: str
) -> tuple[str, str] | tuple[()]:
    if name == "PubDate" and not params.date.fullmatch(value):
        return "date-format", value
    if name == "ArticleTitle" and not _same_title(value, page, params.title_likeness):
        return "title-differs", f"{value} ≠ {page.reading.heading}"
    if name == "SiteIDCode":
        return _fault_of_code(value, page, registered)
    return ()


def _fault_of_code(value: str, page: StoredPage, registered: str) -> tuple[str, str] | tuple[()]:
    code = normal_form(value).lower()
    if code != registered and not SITE_CODE.fullmatch(code):
        return "code-format", value
    shown = footer_codes(page)
    if shown and code not in shown:
        return "code-differs", f"{value} ≠ {shown[0]}"
    return ()


def _same_title(value: str, page: StoredPage, likeness: float) -> bool:
    """Whether the label names the title that the page shows; a page without a heading shows none to compare."""
    said = fold(value)
    shown = [fold(text) for text in (page.reading.heading, page.reading.title) if text]
    if not page.reading.heading or not said:
        return True
    if any(said in text or (len(text) >= 4 and text in said) for text in shown if text):
        return True
    return any(SequenceMatcher(None, said, text, autojunk=False).ratio() >= likeness for text in shown)
