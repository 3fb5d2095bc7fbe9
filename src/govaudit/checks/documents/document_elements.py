"""DOC005: elements that document pages do not show."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

from govaudit.checks.documents.judging import judge_documents
from govaudit.checks.documents.own import own_documents
from govaudit.checks.registry import Fault, Judgement, Params, check

if TYPE_CHECKING:
    from govaudit.checks.context import Context
    from govaudit.checks.documents.own import OwnDocument

Element = Literal["索引号", "文号", "发布机关", "成文日期", "发布日期", "主题分类", "有效性", "公开属性"]


class DocumentElementsParams(Params):
    """``elements``: fields that the page of a document has to show."""

    elements: tuple[Element, ...] = ("文号", "成文日期", "发布日期", "发布机关", "索引号", "主题分类")


@check("DOC005", name="document-elements-missing", faults=("missing",), params=DocumentElementsParams)
def document_elements(context: Context, params: DocumentElementsParams) -> Judgement:
    """Elements of each policy document of the site's own office: number, office, days, index number, class.

    An element counts as shown with a label and something behind it, wherever on the page it stands; the number also
    on a line of its own, the day of making and the office also as the signature, the day of publication also beside
    the title. Only documents that are certainly the office's own are judged: not forwarded ones, drafts,
    interpretations or appointments. One finding for each document, its count the number of missing elements.

    Clause: “规范性文件涵盖文号、成文日期、发布时间、有效性、关键词、发布机关、信息分类、索引号、主题分类信息”
    (安徽省金寨县政府信息公开).
    Reads: text of document pages.
    Could not tell: browser-needed for documents that only scripts write; the reason of the crawl when no page was
    read. A site without documents of its own has none to judge.
    """
    documents = context.derived(own_documents)
    faults = [
        _fault(document, missing, params)
        for document in documents.own
        if (missing := tuple(one for one in params.elements if one not in document.shown))
    ]
    return judge_documents(context, documents, documents.own, faults)


def _fault(document: OwnDocument, missing: tuple[str, ...], params: DocumentElementsParams) -> Fault:
    return Fault(
        subject=document.url,
        page=document.url,
        fault="missing",
        arguments={
            "title": document.title,
            "missing": "、".join(missing),
            "count": len(missing),
            "required": "、".join(params.elements),
        },
        column=document.column,
        count=len(missing),
    )
