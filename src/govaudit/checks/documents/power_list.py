"""DOC016: the list of powers and duties."""

from __future__ import annotations

from typing import TYPE_CHECKING

from govaudit.checks.addresses import page_at
from govaudit.checks.columns.element_search import search
from govaudit.checks.columns.elements import elements_of, plain
from govaudit.checks.columns.names_seen import names_seen
from govaudit.checks.columns.reach import Reach, reach_of
from govaudit.checks.documents.titles import columns_named, titled, years_in
from govaudit.checks.home import home_problem
from govaudit.checks.registry import Fault, Judgement, Params, check
from govaudit.inspection.verdict import Reason, Verdict

if TYPE_CHECKING:
    from govaudit.checks.context import Context
    from govaudit.inspection.finding import Arguments, Evidence

LIST = "权责清单"
_KINDS = frozenset({"portal", "department"})
_MOST_LINKS = 50


class PowerListParams(Params):
    """``elements``: what the list has to give of each power; names of the vocabulary of elements, or own ones."""

    elements: tuple[str, ...] = ("职权名称", "设定依据", "实施主体")


@check(
    "DOC016",
    name="power-list",
    faults=("missing", "undated", "elements", "unclear"),
    params=PowerListParams,
)
def power_list(context: Context, params: PowerListParams) -> Judgement:
    """The list of powers and duties (权责清单): there, dated, with its elements.

    It may stand on the site itself or be linked on another one, as service sites hold it; there only the link counts.
    On the site itself something in it has to show a date or a year, and its pages have to name the elements.

    Clause: 权责清单调整和公开; “行政职权及其法律依据、实施主体、运行流程、监督方式”（地方政务公开工作要点）.
    Reads: the column tree, links that name the list, the text and dates of its pages, the vocabulary of elements.
    Could not tell: the reason for which a page of the navigation or of the list was not read; browser-needed; parse
    where the list is a file or a picture.
    """
    if context.site.kind not in _KINDS:
        return Judgement(examined=0, applicable=False)
    problem = home_problem(context)
    if problem is not None:
        return Judgement(examined=0, reason=problem[0], detail=problem[1])
    columns = columns_named(context, LIST)
    links = [one.url for one in titled(context, "power-list")][:_MOST_LINKS]
    if not columns and not links:
        return Judgement(examined=1, faults=[_missing(context)])
    own = [column for column in columns if not column.external]
    own_links = [url for url in links if context.scope.owns(url)]
    if not own and not own_links:
        return Judgement(examined=1)
    reach = reach_of(context, own, own_links)
    page = own[0].url if own else own_links[0]
    found = search(context, reach, elements_of(params.elements))
    if found.blank:
        return Judgement(examined=1)
    faults: list[Fault] = []
    if reach.doubt is None and not _is_dated(context, reach):
        faults.append(_fault(page, "undated", (), None, None))
    if found.missing:
        faults.append(_fault(page, "elements", found.missing, found.doubt, found.evidence()))
    return Judgement(examined=1, faults=faults)


def _missing(context: Context) -> Fault:
    return _fault(context.home_url, "missing", (), context.derived(names_seen).unread, None)


def _is_dated(context: Context, reach: Reach) -> bool:
    """Whether anything of the list says a date or a year, in whatever way."""
    if any(years_in(plain(title)) for title, _ in reach.titles):
        return True
    for url in reach.pages:
        page = page_at(context, url)
        if page is None:
            continue
        reading = page.reading
        if reading.date_like or reading.published or any(item.date for item in reading.items):
            return True
        if any(years_in(plain(line.text)) for line in page.text.lines):
            return True
    return False


def _fault(
    page: str,
    fault: str,
    missing: tuple[str, ...],
    doubt: tuple[Reason, str] | None,
    evidence: Evidence | None,
) -> Fault:
    arguments: Arguments = {
        "missing": "、".join(missing),
        "count": len(missing),
        "unread": doubt[1] if doubt else "",
        **({"reason": doubt[0].value} if doubt else {}),
    }
    return Fault(
        subject=LIST,
        page=page,
        fault="unclear" if doubt else fault,
        verdict=Verdict.INCONCLUSIVE if doubt else Verdict.FAIL,
        reason=doubt[0] if doubt else None,
        arguments=arguments,
        identity=f"{LIST} {fault}",
        column=LIST,
        aspect=fault,
        count=max(1, len(missing)),
        evidence=(evidence,) if evidence is not None else (),
    )
