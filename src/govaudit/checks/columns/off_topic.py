"""COL005: columns whose entries belong elsewhere."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from functools import cache
from importlib.resources import files
from typing import TYPE_CHECKING

from pydantic import BaseModel, ConfigDict, ValidationError

from govaudit.checks.addresses import page_at
from govaudit.checks.columns.elements import plain
from govaudit.checks.columns.tree import Column, ColumnItem, column_tree
from govaudit.checks.home import home_problem
from govaudit.checks.registry import Fault, Judgement, Params, check
from govaudit.inspection.column_types import ColumnType
from govaudit.inspection.errors import InputError
from govaudit.inspection.facts import PageKind
from govaudit.inspection.finding import Arguments, Evidence, Examined
from govaudit.inspection.validation import problems_of
from govaudit.inspection.verdict import Verdict
from govaudit.inspection.yaml_text import load_yaml

if TYPE_CHECKING:
    from govaudit.checks.context import Context

_SHOWN_TITLES = 3
_SHOWN_ITEMS = 20


class OffTopicParams(Params):
    """``share``: part of the entries that has to belong elsewhere, 0 to 1; ``fewest``: entries that a column has at
    least to be judged."""

    share: float = 0.6
    fewest: int = 5


class _File(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)

    news: re.Pattern[str]
    belongs: dict[ColumnType, re.Pattern[str]]


@dataclass(slots=True)
class _Count:
    """Entries of a column: ``judged``: those whose page was read; ``off``: of these the ones that belong elsewhere,
    with the words that say so."""

    judged: int = 0
    off: list[tuple[ColumnItem, str]] = field(default_factory=list)


@check("COL005", name="off-topic-content", faults=("off-topic",), params=OffTopicParams)
def off_topic(context: Context, params: OffTopicParams) -> Judgement:
    """Columns of a known type most of whose entries belong elsewhere: news in a column of guides, of documents, of
    budgets. For a person to confirm.

    An entry belongs elsewhere only when all of this holds: its title reports an event; it says nothing that titles
    of the column's type say; its page was read and is a plain article, no document and no guide. Columns of news,
    topics and interaction, and those that the vocabulary does not know, are not judged.

    Clause: “栏目设置应科学合理”（《政府网站发展指引》附件《网页设计规范》）;
    what belongs to a column follows from its name.
    Reads: the column tree, titles of entries, kinds of the pages that they lead to, the vocabulary of titles.
    Could not tell: the reason for which the home page was not read. Entries that were not read are not counted.
    """
    problem = home_problem(context)
    if problem is not None:
        return Judgement(examined=0, reason=problem[0], detail=problem[1])
    words = _words()
    faults: list[Fault] = []
    trace: list[Examined] = []
    known: set[frozenset[str]] = set()
    for column in context.derived(column_tree).own():
        entries = frozenset(item.url or item.title for item in column.items)
        belongs = words.belongs.get(column.rule.type) if column.rule is not None else None
        if belongs is None or column.archive or entries in known:
            continue
        known.add(entries)
        count = _count(context, column, belongs)
        if count.judged < params.fewest:
            continue
        verdict = Verdict.REVIEW if len(count.off) >= params.share * count.judged else Verdict.PASS
        arguments = _arguments(column, count)
        trace.append(Examined(subject=column.label, verdict=verdict, arguments=arguments))
        if verdict is Verdict.REVIEW:
            faults.append(_fault(column, count, arguments))
    return Judgement(examined=len(trace), faults=faults, applicable=bool(trace), trace=tuple(trace))


@cache
def _words() -> _File:
    document = load_yaml(files("govaudit") / "checks" / "vocabulary" / "off_topic.yaml")
    try:
        return _File.model_validate(document.data)
    except ValidationError as error:
        raise InputError(*problems_of(error, document)) from error


def _count(context: Context, column: Column, belongs: re.Pattern[str]) -> _Count:
    count = _Count()
    for item in column.items:
        page = page_at(context, item.url) if item.url else None
        if page is None:
            continue
        count.judged += 1
        title = plain(item.title)
        event = _words().news.search(title)
        if event is not None and page.kind is PageKind.ARTICLE and belongs.search(title) is None:
            count.off.append((item, event[0]))
    return count


def _arguments(column: Column, count: _Count) -> Arguments:
    return {
        "column": column.label,
        "count": len(count.off),
        "items": count.judged,
        "titles": "；".join(f"《{item.title}》" for item, _ in count.off[:_SHOWN_TITLES]),
    }


def _fault(column: Column, count: _Count, arguments: Arguments) -> Fault:
    lines = [f"{word}: {item.title} {item.url}" for item, word in count.off[:_SHOWN_ITEMS]]
    return Fault(
        subject=column.label,
        identity=column.identity,
        page=column.url,
        pages=column.pages_read or (column.url,),
        fault="off-topic",
        verdict=Verdict.REVIEW,
        arguments=arguments,
        column=column.name,
        aspect=column.type,
        count=len(count.off),
        evidence=(Evidence(kind="text", text="\n".join(lines)),),
    )
