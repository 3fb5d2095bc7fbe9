"""IDN007: the entry "我为政府网站找错" in the footer."""

from __future__ import annotations

from typing import TYPE_CHECKING

from govaudit.checks.home import home_addresses
from govaudit.checks.identity.mark_survey import faults_of, marks_on, survey, unproven
from govaudit.checks.identity.site_codes import code_of_entry, expected_code
from govaudit.checks.registry import Judgement, Params, check
from govaudit.checks.whole_pages import unread_site, whole_pages
from govaudit.inspection.facts import MarkKind

if TYPE_CHECKING:
    from collections.abc import Iterable

    from govaudit.checks.context import Context
    from govaudit.inspection.fact_tables import StoredPage
    from govaudit.inspection.facts import Mark


class ErrorReportParams(Params):
    """``outdated_hosts``: hosts at which the entry used to be and is no longer; also found inside a script call."""

    outdated_hosts: tuple[str, ...] = ("121.43.68.40", "pucha.kaipuyun.cn")


@check(
    "IDN007",
    name="error-report-entry-missing",
    faults=("missing", "missing-on-some", "wrong-code", "outdated", "not-read"),
    params=ErrorReportParams,
)
def error_report_entry(context: Context, params: ErrorReportParams) -> Judgement:
    """The entry for reporting errors (“我为政府网站找错”) in the footer of the home page and of all other pages.

    Two findings at most: the home page (aspect ``home``) and the other pages (aspect ``other``). An entry that
    leads to a former address or carries the code of another site is not properly added either. A page with one
    right entry is right.

    Clause: 国办秘函〔2019〕19号 功能设计/“我为政府网站找错”: 1.未在首页底部功能区规范添加“我为政府网站找错”入口的，
    扣1分；2.未在其他页面底部功能区规范添加“我为政府网站找错”入口的，每发现一处，扣0.2分。
    Reads: marks of all own pages, the site list; frames and redirect stubs are not pages.
    Could not tell: browser-needed where only a script writes the footer; the reason of the crawl when no page
    or not even the home page was read.
    """
    pages = whole_pages(context)
    if not pages:
        return unread_site(context)
    expected = expected_code(context, pages)

    def fault_of(mark: Mark) -> str:
        if _is_outdated(mark, params.outdated_hosts):
            return "outdated"
        code = code_of_entry(mark)
        return "wrong-code" if code and expected and code != expected else ""

    def entries_of(page: StoredPage) -> list[Mark]:
        """Those that say where they lead or whose they are; a picture beside them says neither."""
        entries = marks_on(page, MarkKind.ERROR_REPORT)
        telling = [
            mark for mark in entries if code_of_entry(mark) or _is_outdated(mark, params.outdated_hosts)
        ]
        return telling or entries

    found = survey(pages, entries_of, fault_of, lambda mark: mark.url or mark.value or mark.text)
    if untold := unproven(context, found):
        return untold
    home = home_addresses(context)
    faults = [
        fault
        for aspect in ("home", "other")
        for fault in faults_of(
            found.part(home, inside=aspect == "home"),
            MarkKind.ERROR_REPORT,
            gravity=("wrong-code", "outdated"),
            aspect=aspect,
            identity=f"{MarkKind.ERROR_REPORT.value}@{aspect}",
            arguments={"code": expected},
        )
    ]
    if any(page.url in home for page in pages):
        return Judgement(examined=found.examined, faults=faults)
    unread = unread_site(context)
    return Judgement(examined=found.examined, faults=faults, reason=unread.reason, detail=unread.detail)


def _is_outdated(mark: Mark, hosts: Iterable[str]) -> bool:
    return any(f"//{host}{end}" in mark.url for host in hosts for end in "/:")
