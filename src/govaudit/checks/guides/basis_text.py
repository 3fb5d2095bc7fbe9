"""GUI005: policies that a guide only names."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from govaudit.checks.guides.survey import BASIS, MATERIALS, SeenGuide, fault_of, judge_guides, named
from govaudit.checks.guides.wording import word_list
from govaudit.checks.registry import Fault, Judgement, Params, check
from govaudit.inspection.verdict import Verdict
from govaudit.inspection.vocabulary import fold, simplified

if TYPE_CHECKING:
    from govaudit.checks.context import Context

_NAMED = re.compile(r"《([^《》]{3,80}(?:《[^《》]{1,60}》[^《》]{0,40})?)》")
_ARTICLE = re.compile(r"第[0-9〇零一二三四五六七八九十百]{1,6}[条款章项]")
_TEXT_OF = re.compile(
    r"[:：“\"][^《》]{15,}|第[0-9一二三四五六七八九十百零〇]{1,6}[条款项][^《》、，,；;。]{0,4}[ 　:：][^《》]{15,}"
)
_BEHIND = 400


class BasisTextParams(Params):
    """``articles_suffice``: the number of an article says enough of what a policy contains. ``proofs``: proofs that
    have to be brought and for which no basis is named go to a person."""

    articles_suffice: bool = True
    proofs: bool = False


@check("GUI005", name="basis-unlinked", faults=("only-named", "proof-without-basis"), params=BasisTextParams)
def basis_text(context: Context, params: BasisTextParams) -> Judgement:
    """Policies that a service guide names as its basis in 《…》, with neither a link, nor their words, nor an article.

    One finding for each guide with all of these names (aspect ``policies``), with ``proofs`` one more with all proofs
    (``proofs``). A link on any word of the basis counts for the whole of it, and so does text that is quoted behind a
    name.

    Clause: 国办秘函〔2019〕19号 办事服务/办事指南: 5.办事指南中提到的政策文件仅有名称、未说明具体内容的，每发现一个
    存在该问题的事项，扣0.5分。
    Reads: 设定依据 of the guides with its links; with ``proofs`` their materials.
    Could not tell: browser-needed or parse where the site's only guides were not read; the reason of the crawl when no
    page was read.
    """
    return judge_guides(context, lambda seen: [*_only_named(seen, params), *_proofs(seen, params)])


def named_in(text: str) -> list[tuple[str, str]]:
    """Names in 《》 with what stands behind each up to the next one."""
    found = list(_NAMED.finditer(text))
    stops = [*(match.start() for match in found[1:]), len(text)][: len(found)]
    return [
        (match[1].strip(), text[match.end() : min(stop, match.end() + _BEHIND)])
        for match, stop in zip(found, stops, strict=True)
    ]


def _only_named(seen: SeenGuide, params: BasisTextParams) -> list[Fault]:
    if any(link.element == BASIS for link in seen.guide.links):
        return []
    text = simplified(seen.text(BASIS))
    names = [name for name, behind in named_in(text) if not _is_told(behind, params)]
    told = {fold(name) for name, behind in named_in(text) if _is_told(behind, params)}
    linked = {fold(link.text) for link in seen.guide.links}
    bare = [
        name
        for name in dict.fromkeys(names)
        if fold(name) not in told and not any(fold(name) in one for one in linked)
    ]
    if not bare:
        return []
    quoted = [f"《{name}》" for name in bare]
    return [
        fault_of(
            seen,
            "only-named",
            {"names": "、".join(quoted), "count": len(quoted)},
            aspect="policies",
            text=bare[0],
        )
    ]


def _says_basis(text: str) -> bool:
    return "《" in text or any(word in text for word in word_list("guide_forms", "basis-words"))


def _is_told(behind: str, params: BasisTextParams) -> bool:
    if params.articles_suffice and _ARTICLE.search(behind):
        return True
    return _TEXT_OF.search(behind) is not None


def _proofs(seen: SeenGuide, params: BasisTextParams) -> list[Fault]:
    if not params.proofs:
        return []
    words = word_list("guide_forms", "proofs")
    proofs = [
        one.name
        for one in seen.guide.materials
        if any(word in simplified(one.name) for word in words) and not _says_basis(simplified(one.text))
    ]
    if not proofs:
        return []
    return [
        fault_of(
            seen,
            "proof-without-basis",
            {"names": named(proofs), "count": len(proofs)},
            verdict=Verdict.REVIEW,
            aspect="proofs",
            text=proofs[0],
            part=MATERIALS,
        )
    ]
