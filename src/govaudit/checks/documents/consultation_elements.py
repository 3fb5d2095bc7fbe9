"""DOC012: what a consultation on a draft does not tell."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

from pydantic import AfterValidator, Field
from pydantic_core import PydanticKnownError

from govaudit.checks.addresses import page_at
from govaudit.checks.columns.reach import links_of_page, pictures_of
from govaudit.checks.documents.consultation_words import consultation_words
from govaudit.checks.documents.consultations import consultations
from govaudit.checks.freshness.period_text import PeriodText  # noqa: TC001 - pydantic reads it
from govaudit.checks.registry import Fault, Judgement, Params, check
from govaudit.checks.whole_pages import unread_site
from govaudit.inspection.calendar import Period
from govaudit.inspection.facts import Tag
from govaudit.inspection.finding import Evidence
from govaudit.inspection.forms import FormUse, forms_by_page
from govaudit.inspection.urls import is_attachment
from govaudit.inspection.verdict import Reason, Verdict
from govaudit.inspection.vocabulary import fold, simplified

if TYPE_CHECKING:
    from govaudit.checks.context import Context
    from govaudit.checks.documents.consultation_words import Element
    from govaudit.checks.documents.consultations import Consultation
    from govaudit.inspection.fact_tables import StoredPage
    from govaudit.inspection.facts import Link

_ANSWERING = frozenset({FormUse.WRITING, FormUse.CHOOSING})
_TELLING = 120
"""Characters of a page below which what it asks may stand in its attachment or picture."""


def _is_element(name: str) -> str:
    known = consultation_words().elements
    if name not in known:
        raise PydanticKnownError("literal_error", {"expected": "、".join(known)})
    return name


class ConsultationElementsParams(Params):
    """``elements``: names from the vocabulary of consultations, all of them when not given. ``within``: only
    consultations published in this period are judged."""

    elements: tuple[Annotated[str, AfterValidator(_is_element)], ...] = Field(
        default_factory=lambda: tuple(consultation_words().elements)
    )
    within: PeriodText = "1 year"


@check(
    "DOC012",
    name="consultation-elements",
    faults=("missing", "unclear"),
    params=ConsultationElementsParams,
)
def consultation_elements(context: Context, params: ConsultationElementsParams) -> Judgement:
    """Whether a consultation shows the draft, its basis or explanation, the term and ways to answer.

    Text and links of the page count; the draft may be an attachment, a page behind a link, or stand in the page.

    Clause: “决策草案、决策依据、意见征集时间、反馈渠道（信件、电话、邮箱）、起草说明” (安徽省霍邱县政务公开测评指标).
    Reads: text, links, pictures and attachments of pages that call for opinions.
    Could not tell: browser-needed where scripts write a part of the page; parse where the announcement itself is
    a file or picture, the page leaves the rest to its attachment (详见附件), or says next to nothing beside one;
    the reason of the crawl when no page was read.
    """
    if not context.pages:
        return unread_site(context)
    found = context.derived(consultations)
    since = Period(params.within).before(context.as_of)
    due = [one for one in found.calls if one.issued is None or one.issued >= since]
    if not due:
        if found.unread:
            return Judgement(examined=0, reason=Reason.BROWSER_NEEDED, detail=found.unread[0])
        return Judgement(examined=0, applicable=False)
    known = consultation_words().elements
    wanted = {name: known[name] for name in params.elements}
    faults = [fault for one in due if (fault := _judged(context, one, wanted)) is not None]
    return Judgement(examined=len(due), faults=faults, population=tuple(one.url for one in due))


def _judged(context: Context, call: Consultation, wanted: dict[str, Element]) -> Fault | None:
    page = page_at(context, call.url)
    if page is None:
        return None
    missing = [name for name, element in wanted.items() if not _is_there(context, page, call, element)]
    if not missing:
        return None
    doubt = _doubt(context, page, call)
    return Fault(
        subject=call.url,
        page=call.url,
        fault="unclear" if doubt else "missing",
        arguments={
            "title": call.title,
            "missing": "、".join(missing),
            "required": "、".join(wanted),
            "count": len(missing),
            **({"reason": doubt.value} if doubt else {}),
        },
        verdict=Verdict.INCONCLUSIVE if doubt else Verdict.FAIL,
        reason=doubt,
        count=len(missing),
        evidence=(Evidence(kind="text", text=page.text.main),),
    )


def _is_there(context: Context, page: StoredPage, call: Consultation, element: Element) -> bool:
    text = simplified(page.text.main)
    if (element.term and call.term is not None) or element.text.search(text):
        return True
    if element.long and len(text) >= element.long:
        return True
    opened_by_script = [link for link in context.facts.links(page.url_id) if link.url is None and link.text]
    links = [*links_of_page(context, page), *opened_by_script]
    if element.files and any(_is_file(link) for link in links):
        return True
    if element.form and any(
        form.use in _ANSWERING for form in forms_by_page(context.facts).get(page.url, ())
    ):
        return True
    return any(element.links.search(fold(link.text)) for link in links if link.tag != Tag.IMAGE and link.text)


def _is_file(link: Link) -> bool:
    return is_attachment(link.url or "") or bool(consultation_words().file_names.search(link.text))


def _doubt(context: Context, page: StoredPage, call: Consultation) -> Reason | None:
    if call.scripted:
        return Reason.BROWSER_NEEDED
    links = links_of_page(context, page)
    elsewhere = any(link.tag in {Tag.FRAME, Tag.OBJECT} or is_attachment(link.url or "") for link in links)
    announced = any(
        is_attachment(link.url or "") and consultation_words().announcement.search(link.text)
        for link in links
    )
    said = sum(len(line.text) for line in page.text.lines if line.text != call.title)
    left_to_it = any(map(_is_file, links)) and consultation_words().in_file.search(page.text.main)
    if announced or left_to_it or pictures_of(context, page) or (elsewhere and said < _TELLING) or not said:
        return Reason.PARSE
    return None
