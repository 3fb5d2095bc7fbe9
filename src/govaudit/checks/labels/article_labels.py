"""TAG003: site and content labels of content pages."""

from __future__ import annotations

from typing import TYPE_CHECKING

from govaudit.checks.labels.required_labels import ARTICLE_LABELS, SITE_LABELS, judge_labels
from govaudit.checks.registry import Judgement, Params, check

if TYPE_CHECKING:
    from govaudit.checks.context import Context


class ArticleLabelsParams(Params):
    """``labels``: names that every content page has to carry. Platforms that also ask for the column labels there
    add them in their profile; the clause does not."""

    labels: tuple[str, ...] = (*SITE_LABELS, *ARTICLE_LABELS)


@check(
    "TAG003",
    name="article-labels",
    faults=("missing", "missing-on-some", "not-read"),
    params=ArticleLabelsParams,
)
def article_labels(context: Context, params: ArticleLabelsParams) -> Judgement:
    """The site labels and content labels (站点标签、内容标签) of all content pages, documents included.

    One finding for each missing label, with all content pages that lack it. Names are compared in any letter
    case; values are judged by TAG004. Points come from five sampled content pages, each page once.

    Clause: 国办秘函〔2019〕19号 功能设计/页面标签: 1.随机抽查5个内容页面，无站点标签或内容标签的，每个扣0.1分。
    Reads: labels of the content pages.
    Could not tell: browser-needed where only scripts write the page; the reason of the crawl when no page of the
    site was read. A site of which no content page was read has none to judge.
    """
    return judge_labels(context, "article", params.labels)
