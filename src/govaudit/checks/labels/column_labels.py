"""TAG002: site and column labels of column pages."""

from __future__ import annotations

from typing import TYPE_CHECKING

from govaudit.checks.labels.required_labels import COLUMN_LABELS, SITE_LABELS, judge_labels
from govaudit.checks.registry import Judgement, Params, check

if TYPE_CHECKING:
    from govaudit.checks.context import Context


class ColumnLabelsParams(Params):
    """``labels``: names that every column page has to carry."""

    labels: tuple[str, ...] = (*SITE_LABELS, *COLUMN_LABELS)


@check(
    "TAG002",
    name="column-labels",
    faults=("missing", "missing-on-some", "not-read"),
    params=ColumnLabelsParams,
)
def column_labels(context: Context, params: ColumnLabelsParams) -> Judgement:
    """The site labels and column labels (站点标签、栏目标签) of all column pages.

    One finding for each missing label, with all column pages that lack it. Names are compared in any letter
    case; values are judged by TAG004. Points come from five sampled column pages, each page once.

    Clause: 国办秘函〔2019〕19号 功能设计/页面标签: 2.随机抽查5个栏目页面，无站点标签或栏目标签的，每个扣0.1分。
    Reads: labels of the column pages.
    Could not tell: browser-needed where only scripts write the page; the reason of the crawl when no page of the
    site was read. A site of which no column page was read has none to judge (COL001 judges that).
    """
    return judge_labels(context, "column", params.labels)
