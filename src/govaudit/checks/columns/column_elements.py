"""COL004: elements that a column has to hold."""

from __future__ import annotations

from typing import TYPE_CHECKING

from govaudit.checks.columns.element_search import Search, search
from govaudit.checks.columns.elements import elements_of
from govaudit.checks.columns.reach import reach_of
from govaudit.checks.columns.tree import column_tree
from govaudit.checks.columns.vocabulary import column_vocabulary
from govaudit.checks.home import home_problem
from govaudit.checks.registry import Fault, Judgement, NoParams, check
from govaudit.inspection.finding import Arguments, Examined
from govaudit.inspection.verdict import Verdict
from govaudit.inspection.vocabulary import fold

if TYPE_CHECKING:
    from govaudit.checks.columns.tree import Column
    from govaudit.checks.context import Context
    from govaudit.inspection.profile import RequiredColumn


@check("COL004", name="column-elements-missing", faults=("missing", "unclear"), params=NoParams)
def column_elements(context: Context, _: NoParams) -> Judgement:
    """Elements that the profile names for a column (``elements``) and that stand nowhere in it.

    Searched as headings, labels, cells of tables and words in sentences, on the column's pages, those of the columns
    below it and those that it leads to, and in the titles of its entries; a column of the element's own name anywhere
    on the site counts as well. All columns of the name together hold the elements. An element that is named and left
    empty is missing; words that show it without its name (a telephone number) are enough. One finding for a column,
    with all missing elements. A column that is not there is COL001, a blank one COL002.

    Clause: 条例第二十条 “（二）机关职能、机构设置、办公地址、办公时间、联系方式、负责人姓名”; 领导信息
    “2.领导姓名、简历等信息缺失或不准确的，每发现一处，扣1分”; the profile's elements.
    Reads: the column tree, the text of the pages that belong to a column, titles, the vocabulary of elements.
    Could not tell: the reason for which a page of the column was not read; not-measured where it leads to another
    site or to more pages than are looked at; browser-needed (a script writes a page); parse (the text may stand in
    pictures or in files to download).
    """
    asked = [
        one
        for one in context.profile.columns
        if one.elements and (not one.kinds or context.site.kind in one.kinds)
    ]
    if not asked:
        return Judgement(examined=0, applicable=False)
    problem = home_problem(context)
    if problem is not None:
        return Judgement(examined=0, reason=problem[0], detail=problem[1])
    faults: list[Fault] = []
    trace: list[Examined] = []
    for required in asked:
        columns = [one for one in _columns(context, required) if not one.missing]
        if not columns:
            continue
        found = search(context, reach_of(context, columns), elements_of(_written(required)))
        if found.blank:
            continue
        trace.append(_examined(required, columns[0], found))
        if found.missing:
            faults.append(_fault(required, columns, found))
    return Judgement(examined=len(trace), faults=faults, applicable=bool(trace), trace=tuple(trace))


def _written(required: RequiredColumn) -> tuple[str, ...]:
    """The elements with their further names, as the vocabulary of elements takes them."""
    return tuple("|".join((one.name, *one.also)) for one in required.elements)


def _columns(context: Context, required: RequiredColumn) -> list[Column]:
    vocabulary = column_vocabulary()
    names = {fold(one) for one in (required.name, *required.also)}
    rules = {
        rule.name for one in (required.name, *required.also) if (rule := vocabulary.match(one)) is not None
    }
    return [
        column
        for column in context.derived(column_tree).own()
        if column.canonical in rules or fold(column.name) in names
    ]


def _arguments(required: RequiredColumn, column: Column, found: Search) -> Arguments:
    reason = found.doubt[0] if found.doubt and found.missing else None
    return {
        "column": column.label,
        "name": required.name,
        "missing": "、".join(found.missing),
        "found": "、".join(found.found),
        "elements": "、".join(one.name for one in required.elements),
        "count": len(found.missing),
        "pages": found.pages,
        "empty": "、".join(found.empty),
        "unread": found.doubt[1] if found.doubt else "",
        **({"reason": reason.value} if reason else {}),
    }


def _examined(required: RequiredColumn, column: Column, found: Search) -> Examined:
    verdict = Verdict.PASS
    if found.missing:
        verdict = Verdict.INCONCLUSIVE if found.doubt else Verdict.FAIL
    return Examined(
        subject=column.label,
        verdict=verdict,
        reason=found.doubt[0] if found.doubt and found.missing else None,
        arguments=_arguments(required, column, found),
    )


def _fault(required: RequiredColumn, columns: list[Column], found: Search) -> Fault:
    column = columns[0]
    return Fault(
        subject=required.name,
        page=column.url,
        fault="unclear" if found.doubt else "missing",
        verdict=Verdict.INCONCLUSIVE if found.doubt else Verdict.FAIL,
        reason=found.doubt[0] if found.doubt else None,
        arguments=_arguments(required, column, found),
        column=column.name,
        aspect=required.name,
        topic=required.name,
        count=len(found.missing),
        pages=tuple(one.url for one in columns),
        evidence=(found.evidence(),),
    )
