"""IDN009: the name of the site, and whether the head of every page shows it."""

from __future__ import annotations

import re
from array import array
from dataclasses import dataclass
from itertools import islice
from typing import TYPE_CHECKING

from govaudit.checks.columns.vocabulary import place_words
from govaudit.checks.home import front_pages, home_problem
from govaudit.checks.registry import Fault, Judgement, Params, check
from govaudit.checks.whole_pages import whole_pages, written_by_script
from govaudit.inspection.finding import Evidence
from govaudit.inspection.site_facts import Pages
from govaudit.inspection.verdict import Reason, Verdict
from govaudit.inspection.vocabulary import fold

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from govaudit.checks.context import Context
    from govaudit.inspection.fact_tables import StoredPage

_CHINESE = re.compile(r"[一-龥]")
_FIRST_LINES = 3
_FEWEST_CHARACTERS = 2


class SiteNameParams(Params):
    """``general``: words in names of sites that name no place and no unit, compared after folding."""

    general: tuple[str, ...] = (
        "中国",
        "人民政府",
        "政府门户网站",
        "政府网站",
        "门户网站",
        "官方网站",
        "信息公开网",
        "政务公开",
        "信息网",
        "政务网",
        "政府网",
        "网站",
        "门户",
        "政务",
        "政府",
        "官网",
        "首页",
        "欢迎访问",
        "欢迎您访问",
        "欢迎光临",
        "网",
    )


@dataclass(frozen=True, slots=True)
class _Names:
    """``words``: of the place and the unit; ``full``: names of the unit as registered. All folded."""

    words: tuple[str, ...]
    full: tuple[str, ...]
    general: tuple[str, ...]

    def fits(self, text: str) -> bool:
        """Whether a name is that of the place or unit: it says one of its words, or is short for its name."""
        folded = fold(text)
        if any(word in folded for word in self.words):
            return True
        for word in self.general:
            folded = folded.replace(word, "")
        if len(folded) < _FEWEST_CHARACTERS:
            return False
        return any(_is_short_for(folded, one) for one in self.full)


def _is_short_for(text: str, name: str) -> bool:
    """Whether the characters of ``text`` stand in ``name`` in their order: 云澜住建 for 云澜市住房和城乡建设局."""
    rest = iter(name)
    return all(character in rest for character in text)


@check(
    "IDN009",
    name="site-name-fault",
    faults=("other-name", "not-in-head", "not-read"),
    params=SiteNameParams,
)
def site_name(context: Context, params: SiteNameParams) -> Judgement:
    """The site is named after its region or unit, and the head of every page shows the name.

    A name fits when it says a word of the region or of the unit as the site list has them, in full or short, in
    simplified or traditional characters, with anything around it (中国·云澜, 云澜市人民政府门户网站). It is another
    name only when title, SiteName label and the words of the head all agree on that. Heads that are drawn by a style
    sheet or in a picture without words cannot be read and are never accused. Pages that begin with no head at all, on a
    site whose home page shows its name in words, are listed for a person to look at.

    Clause: 国办秘函〔2019〕19号 功能设计/域名名称: 2.网站未以本地区本部门名称命名的，扣1分；3.网站名称未在全站页面
    头部区域显著展示的，扣1分。
    Reads: the site list, title and SiteName label of the home page, the heads of all pages.
    Could not tell: not-measured where the site list gives neither name nor region, or the pages of an earlier version
    hold no heads; parse where title and label say another name and the head cannot be read, or all is in another
    language; the reason for which the home page was not read.
    """
    problem = home_problem(context)
    if problem is not None:
        return Judgement(examined=0, reason=problem[0], detail=problem[1])
    site = context.site
    full = tuple(fold(one) for one in (site.name, site.sponsor) if one)
    names = _Names(
        tuple(word for word in place_words(site.name, site.region, site.sponsor) if _CHINESE.search(word)),
        full,
        tuple(sorted(map(fold, params.general), key=lambda word: -len(word))),
    )
    front = front_pages(context)
    heads = [page.reading.head for page in front]
    if not names.words or not any(heads):
        return Judgement(examined=0, reason=Reason.NOT_MEASURED, detail=context.home_url)
    in_head = [name for head in heads if head is not None for name in head.names]
    said = list(dict.fromkeys([*_said(front), *in_head]))
    if not any(map(names.fits, said)):
        return Judgement(examined=1, faults=[_misnamed(context, said, in_head)])
    if not any(map(names.fits, in_head)):
        return Judgement(examined=len(whole_pages(context)))
    headless = _headless(context, names)
    faults = [_without_head(headless)] if headless else []
    return Judgement(examined=len(whole_pages(context)), faults=faults)


def _said(front: Iterable[StoredPage]) -> Iterator[str]:
    """Names in titles and labels."""
    for page in front:
        labels = (one.content for one in page.reading.labels if one.name.lower() == "sitename")
        yield from (text.strip() for text in (page.reading.title, *labels) if text.strip())


def _misnamed(context: Context, said: list[str], in_head: list[str]) -> Fault:
    chinese = [text for text in said if _CHINESE.search(text)]
    sure = bool(chinese) and any(_CHINESE.search(text) for text in in_head)
    expected = context.site.name or context.site.sponsor or context.site.region
    arguments: dict[str, str | int] = {"said": "、".join(said), "expected": expected}
    if not sure:
        arguments["reason"] = Reason.PARSE.value
    return Fault(
        subject=context.home_url,
        page=context.home_url,
        fault="other-name" if sure else "not-read",
        verdict=Verdict.FAIL if sure else Verdict.INCONCLUSIVE,
        reason=None if sure else Reason.PARSE,
        arguments=arguments,
        identity="name",
        aspect="name",
        evidence=(Evidence(kind="text", text="\n".join(said)),),
    )


def _headless(context: Context, names: _Names) -> Pages:
    """Pages that begin with no head and do not say the name in their first lines either."""
    numbers = array("I")
    for page in whole_pages(context):
        head = page.reading.head
        if head is None or head.there or written_by_script(page, "navigation"):
            continue
        if not any(names.fits(line.text) for line in islice(page.text.lines, _FIRST_LINES)):
            numbers.append(page.url_id)
    return Pages(context.facts, numbers)


def _without_head(pages: Pages) -> Fault:
    return Fault(
        subject="head",
        page=pages[0].url,
        fault="not-in-head",
        verdict=Verdict.REVIEW,
        arguments={"count": len(pages), "first": pages[0].url},
        aspect="head",
        count=len(pages),
        pages=tuple(page.url for page in pages),
    )
