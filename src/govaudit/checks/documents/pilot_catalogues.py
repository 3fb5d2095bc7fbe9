"""DOC017: standard catalogues of the pilot fields of disclosure."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pydantic import Field

from govaudit.checks.addresses import page_at
from govaudit.checks.columns.names_seen import names_seen
from govaudit.checks.columns.reach import lines_of_page, reach_of
from govaudit.checks.documents.titles import columns_named, disclosure_words, titled
from govaudit.checks.home import home_problem
from govaudit.checks.registry import Fault, Judgement, Params, check
from govaudit.inspection.finding import Evidence
from govaudit.inspection.verdict import Verdict
from govaudit.inspection.vocabulary import fold

if TYPE_CHECKING:
    from collections.abc import Iterator

    from govaudit.checks.columns.reach import Reach
    from govaudit.checks.context import Context
    from govaudit.inspection.finding import Arguments

COLUMN = "基层政务公开"
_MOST_LINKS = 100


class PilotCataloguesParams(Params):
    """``fields``: the pilot fields, each with further names behind ``|``; those of the vocabulary when none are given.
    ``levels``: of governments that owe the catalogues, as the site list writes them."""

    fields: tuple[str, ...] = Field(default_factory=lambda: disclosure_words().pilot_fields)
    levels: tuple[str, ...] = ("city", "county")


@check("DOC017", name="pilot-catalogues", faults=("missing", "none", "unclear"), params=PilotCataloguesParams)
def pilot_catalogues(context: Context, params: PilotCataloguesParams) -> Judgement:
    """The standard catalogues of the 26 pilot fields (试点领域标准目录): which fields have none.

    A field is there when anything in the column for disclosure at the grass roots (基层政务公开), below it, or in any
    link that names a standard catalogue says its name. Owed by portals of the governments of the profile's levels.

    Clause: “于2020年底前编制完成本级政务公开事项标准目录”（国办发〔2019〕54号）; the 26 fields.
    Reads: the site list (level), the column tree, links that name catalogues, the text of their pages.
    Could not tell: not-measured where the column leads to another site; the reason for which a page of it or of the
    navigation was not read; browser-needed; parse where the catalogues are files or pictures.
    """
    if context.site.kind != "portal" or context.site.level not in params.levels:
        return Judgement(examined=0, applicable=False)
    problem = home_problem(context)
    if problem is not None:
        return Judgement(examined=0, reason=problem[0], detail=problem[1])
    columns = columns_named(context, COLUMN)
    links = titled(context, "catalogue")[:_MOST_LINKS]
    reach = reach_of(context, columns, [one.url for one in links])
    said = {fold(text) for text in (*(one.plain for one in links), *_texts(context, reach))}
    absent = [one for one in params.fields if not _is_said(one, said)]
    if not absent:
        return Judgement(examined=len(params.fields))
    none = not columns and not links
    doubt = context.derived(names_seen).unread if none else reach.doubt
    names = [one.partition("|")[0] for one in absent]
    arguments: Arguments = {
        "missing": "、".join(names),
        "count": len(names),
        "fields": len(params.fields),
        "pages": len(reach.pages),
        "unread": doubt[1] if doubt else "",
        **({"reason": doubt[0].value} if doubt else {}),
    }
    fault = Fault(
        subject=COLUMN,
        page=columns[0].url if columns else links[0].url if links else context.home_url,
        fault="unclear" if doubt else "none" if none else "missing",
        verdict=Verdict.INCONCLUSIVE if doubt else Verdict.FAIL,
        reason=doubt[0] if doubt else None,
        arguments=arguments,
        column=COLUMN,
        count=len(names),
        evidence=(Evidence(kind="text", text="\n".join([*reach.pages, "", *names])),),
    )
    return Judgement(examined=len(params.fields), faults=[fault])


def _texts(context: Context, reach: Reach) -> Iterator[str]:
    yield from (title for title, _ in reach.titles)
    for url in reach.pages:
        page = page_at(context, url)
        if page is not None:
            yield from (line.text for line in lines_of_page(context, page))


def _is_said(field: str, said: set[str]) -> bool:
    names = [fold(name) for name in field.split("|")]
    return any(name in text for text in said for name in names)
