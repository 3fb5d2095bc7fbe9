"""TAG001: site labels of the home page."""

from __future__ import annotations

from typing import TYPE_CHECKING

from govaudit.checks.labels.required_labels import SITE_LABELS, judge_labels
from govaudit.checks.registry import Judgement, Params, check

if TYPE_CHECKING:
    from govaudit.checks.context import Context


class HomeLabelsParams(Params):
    """``labels``: names that the home page has to carry."""

    labels: tuple[str, ...] = SITE_LABELS


@check(
    "TAG001", name="home-labels", faults=("missing", "missing-on-some", "not-read"), params=HomeLabelsParams
)
def home_labels(context: Context, params: HomeLabelsParams) -> Judgement:
    """The site labels (站点标签) of the home page: SiteName, SiteDomain, SiteIDCode.

    One finding for each missing label. Names are compared in any letter case; values are judged by TAG004.

    Clause: 国办秘函〔2019〕19号 功能设计/页面标签: 无站点标签或内容标签的，每个扣0.1分 (the home page itself is not
    among the sampled pages, so the finding is shown and costs nothing).
    Reads: labels of the home page.
    Could not tell: browser-needed where only scripts write the page; the reason of the crawl when the home page
    was not read.
    """
    return judge_labels(context, "home", params.labels)
