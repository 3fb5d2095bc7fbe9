"""IDN002: the site code in the footer and in the labels."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from govaudit.checks.identity.mark_survey import faults_of, marks_on, normal_form, survey, unproven
from govaudit.checks.identity.site_codes import SITE_CODE, expected_code
from govaudit.checks.registry import Fault, Judgement, Params, check
from govaudit.checks.whole_pages import unread_site, whole_pages
from govaudit.inspection.facts import MarkKind
from govaudit.inspection.finding import Locator

if TYPE_CHECKING:
    from collections.abc import Iterable

    from govaudit.checks.context import Context
    from govaudit.inspection.fact_tables import StoredPage
    from govaudit.inspection.facts import Mark

LABEL = "SiteIDCode"


class SiteCodeParams(Params):
    """``pattern``: what a site code looks like, letters in either case."""

    pattern: re.Pattern[str] = re.compile(SITE_CODE.pattern)


@check(
    "IDN002",
    name="site-code-fault",
    faults=("missing", "missing-on-some", "malformed", "other-code", "not-read", "label-differs"),
    params=SiteCodeParams,
)
def site_code(context: Context, params: SiteCodeParams) -> Judgement:
    """The site code (网站标识码) in the footer of every page: there, well-formed and the registered one.

    The footer is one finding (aspect ``footer``) with all pages that lack the code, write it wrongly or show
    another one; a ``SiteIDCode`` label that says another code is a second one (aspect ``label``). For a site
    that is registered without a code, the one that most of its pages show is taken. An empty label is TAG004, a
    wrong code in the error-report entry is IDN007.

    Clause: 国办秘函〔2019〕19号 功能设计/网站标识: 未在全站页面底部功能区清晰列明党政机关网站标识，网站标识码、
    ICP备案编号、公安机关备案标识、网站主办单位、联系方式的，每缺一项，扣0.5分。
    Reads: marks and labels of all own pages, the site list; frames and redirect stubs are not pages.
    Could not tell: browser-needed where only a script writes the footer; the reason of the crawl when no page
    was read.
    """
    pages = whole_pages(context)
    if not pages:
        return unread_site(context)
    expected = expected_code(context, pages, params.pattern)

    def fault_of(mark: Mark) -> str:
        code = normal_form(mark.value).lower()
        if code and code == expected:
            return ""
        return "other-code" if params.pattern.fullmatch(code) else "malformed"

    found = survey(pages, lambda page: marks_on(page, MarkKind.SITE_CODE), fault_of)
    untold = unproven(context, found)
    labels = list(_differing_labels(pages, expected, params.pattern))
    if untold:
        untold.faults = labels
        return untold
    footer = faults_of(
        found,
        MarkKind.SITE_CODE,
        gravity=("other-code", "malformed"),
        aspect="footer",
        arguments={"code": expected},
    )
    return Judgement(examined=found.examined, faults=[*footer, *labels])


def _differing_labels(
    pages: Iterable[StoredPage], expected: str, pattern: re.Pattern[str]
) -> Iterable[Fault]:
    if not expected:
        return
    differing: dict[str, str] = {}
    for page in pages:
        codes = [
            normal_form(label.content).lower()
            for label in page.reading.labels
            if label.name.lower() == LABEL.lower()
        ]
        written = [code for code in codes if pattern.fullmatch(code)]
        if written and expected not in written:
            differing[page.url] = written[0]
    if not differing:
        return
    first = next(iter(differing))
    text = "; ".join(sorted(set(differing.values()))[:3])
    yield Fault(
        subject=LABEL,
        page=first,
        fault="label-differs",
        arguments={"text": text, "code": expected, "count": len(differing)},
        locator=Locator(text=text),
        aspect="label",
        count=len(differing),
        pages=tuple(differing),
    )
