"""COL002: columns without content."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING
from urllib.parse import unquote

from govaudit.checks.columns.required import topic_of
from govaudit.checks.columns.tree import LIST_KINDS, Column, Place, column_tree
from govaudit.checks.home import front_pages, home_problem
from govaudit.checks.registry import Fault, Judgement, NoParams, check
from govaudit.inspection.facts import NAVIGATION_TAGS, PageKind, Tag
from govaudit.inspection.finding import Evidence, Examined, Said
from govaudit.inspection.verdict import Reason, Verdict

if TYPE_CHECKING:
    from govaudit.checks.context import Context
    from govaudit.inspection.fact_tables import StoredPage

_SHOWN = NAVIGATION_TAGS | {Tag.IMAGE, Tag.FRAME, Tag.MEDIA, Tag.OBJECT}
_FEWEST_TO_COMPARE = 3
_TOLERANCE = 8
"""Characters by which frames of one template may differ."""
_COLUMN_KINDS = LIST_KINDS | {PageKind.OTHER}


@check("COL002", name="blank-column", faults=("only-notice", "nothing", "unclear"), params=NoParams)
def blank_column(context: Context, _: NoParams) -> Judgement:
    """Columns whose page holds no entry, or only words such as 暂无内容、建设中、更新中.

    Judged are columns of the site itself that the navigation offers or that present themselves as one by label
    or breadcrumb. A page with a text of its own (introductions, duties), with sub-columns or with a frame is not
    blank; columns that may rightly be empty (招考录用, 意见征集 …) are left out, see the vocabulary.

    Clause: 栏目不更新 “3.空白栏目数量超过(含)5个”; 其他栏目 “1.其他栏目存在空白的,每发现一个,扣2分”.
    Reads: navigation, breadcrumbs, labels, entries and texts of column pages.
    Could not tell: browser-needed (a script writes the list, or a frame holds it), the reason for which a column
    of the navigation was not read.
    """
    problem = home_problem(context)
    if problem is not None:
        return Judgement(examined=0, reason=problem[0], detail=problem[1])
    faults: list[Fault] = []
    examined = 0
    trace: list[Examined] = []
    for column in context.derived(column_tree).own():
        if not _is_judged(column):
            continue
        reason = _doubt(column)
        if reason is not None:
            faults.append(_fault(context, column, "unclear", reason))
            trace.append(_examined(column, Verdict.INCONCLUSIVE, reason))
            continue
        examined += 1
        found = ""
        if not column.items and column.empty_text:
            found = "only-notice"
        elif not column.items and _has_nothing(context, column):
            found = "nothing"
        if found:
            faults.append(_fault(context, column, found, None))
        trace.append(_examined(column, Verdict.FAIL if found else Verdict.PASS))
    return Judgement(
        examined=examined, faults=faults, applicable=bool(examined or faults), trace=tuple(trace)
    )


def _examined(column: Column, verdict: Verdict, reason: Reason | None = None) -> Examined:
    notice = Said(key="columns.notice", arguments={"text": column.empty_text})
    return Examined(
        subject=column.label,
        verdict=verdict,
        reason=reason,
        arguments={"column": column.label, "items": len(column.items)},
        said=(*_known_by(column), *((notice,) if column.empty_text else ())),
    )


def _known_by(column: Column) -> tuple[Said, ...]:
    return (column.recognised.said(),) if column.recognised else ()


def _is_judged(column: Column) -> bool:
    if column.missing or (column.rule is not None and column.rule.may_be_empty):
        return False
    if column.unread is None and column.kind not in _COLUMN_KINDS:
        return False
    by_itself = any(one.place in {Place.LABEL, Place.BREADCRUMB} for one in column.seen)
    return column.in_navigation or (by_itself and column.unread is None)


def _doubt(column: Column) -> Reason | None:
    if column.unread is not None or column.items:
        return column.unread
    return Reason.BROWSER_NEEDED if column.scripted or column.framed else None


def _has_nothing(context: Context, column: Column) -> bool:
    """Whether a page shows nothing that is not the common frame of the site's columns: no link or picture of its
    own, and no more text beside its links than the barest of the others."""
    if column.has_children:
        return False
    frame = context.derived(_common_frame)
    page = context.facts.page(column.url)
    if page is None or len(frame.rests) < _FEWEST_TO_COMPARE:
        return False
    if not _targets(context, page) <= frame.targets:
        return False
    others = [rest for url, rest in frame.rests.items() if url != page.url]
    return _text_beside_links(context, page) <= min(others) + _TOLERANCE


@dataclass(frozen=True, slots=True)
class _Frame:
    """What the pages of columns have in common. ``rests``: characters beside links by address."""

    targets: frozenset[str]
    rests: dict[str, int]


def _common_frame(context: Context) -> _Frame:
    pages = [page for page in context.pages if page.kind in LIST_KINDS]
    counts = Counter(target for page in pages for target in _targets(context, page))
    shared = {target for target, count in counts.items() if count > 2}
    home = {target for page in front_pages(context) for target in _targets(context, page)}
    return _Frame(frozenset(shared | home), {page.url: _text_beside_links(context, page) for page in pages})


def _targets(context: Context, page: StoredPage) -> frozenset[str]:
    """What a page leads to or shows; without itself, its trail, and services that are told its address (sharing,
    printing, reporting errors)."""
    own = {page.url, page.final_url, *(crumb.url for crumb in page.reading.breadcrumb)}
    found = set()
    for link in context.facts.links(page.url_id):
        if not link.url or link.url in own or link.tag not in _SHOWN:
            continue
        address, _, query = link.url.partition("?")
        if not any(one in unquote(query) for one in (page.url, page.final_url)):
            found.add(address if not context.scope.owns(link.url) else link.url)
    return frozenset(found)


def _text_beside_links(context: Context, page: StoredPage) -> int:
    """Characters that neither links nor the title say. The alternative text of a picture is no text of its link."""
    links = context.facts.links(page.url_id)
    pictures = Counter(link.text for link in links if link.tag == Tag.IMAGE and link.text)
    linked = 0
    for link in links:
        if link.tag != Tag.A:
            continue
        if pictures[link.text]:
            pictures[link.text] -= 1
        else:
            linked += len("".join(link.text.split()))
    return max(0, page.reading.text_length - linked - len(page.reading.heading))


def _fault(context: Context, column: Column, fault: str, reason: Reason | None) -> Fault:
    return Fault(
        subject=column.label,
        identity=column.identity,
        page=column.url,
        fault=fault,
        verdict=Verdict.INCONCLUSIVE if reason else Verdict.FAIL,
        reason=reason,
        arguments={
            "column": column.label,
            "text": column.empty_text,
            **({"reason": reason.value} if reason else {}),
        },
        column=column.name,
        aspect=column.type,
        topic=topic_of(context, column),
        evidence=(Evidence(kind="text", said=(_place(column), *_known_by(column))),),
    )


def _place(column: Column) -> Said:
    return Said(key="columns.place", arguments={"path": column.label, "url": column.url})
