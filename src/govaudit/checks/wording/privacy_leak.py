"""TXT001: numbers of persons that are published unmasked."""

from __future__ import annotations

from collections import Counter, defaultdict
from typing import TYPE_CHECKING

import msgspec

from govaudit.checks.registry import Fault, Judgement, Params, check
from govaudit.checks.whole_pages import unread_site
from govaudit.checks.wording.attachments import attachment_texts, page_with, unexamined
from govaudit.inspection.finding import Evidence, Locator
from govaudit.inspection.private_numbers import PrivateNumber
from govaudit.inspection.urls import own_identity
from govaudit.inspection.verdict import Verdict

if TYPE_CHECKING:
    from collections.abc import Iterable

    from govaudit.checks.context import Context

_MOST_SENTENCES = 20
_ORDER = ("identity", "card", "mobile", "contact")


class PrivacyParams(Params):
    """``contacts``: whether mobile telephones that stand where an office names whom to call are told of, too."""

    contacts: bool = False


@check("TXT001", name="privacy-leak", faults=(*_ORDER, "unexamined"), params=PrivacyParams)
def privacy_leak(context: Context, params: PrivacyParams) -> Judgement:
    """Numbers of identity cards and bank cards and mobile telephones of persons, in pages and in attachments.

    An identity number needs a province, a date of birth and its check digit, a card's a known prefix, its check digit
    and a word such as 卡号 near. A mobile telephone beside 联系人, 联系电话 and the like is an office's contact. Masked
    numbers, those of offices, units, documents, orders and quantities are none. Everything is for a person to confirm,
    and the numbers are masked before anything is stored. Pages with the very same numbers are one finding for each
    kind.

    Clause: 《中华人民共和国个人信息保护法》第二十八条、第二十九条; 《政府信息公开条例》第十五条.
    Reads: probes ``private`` (what was masked while pages were read) and ``attachment-text``.
    Could not tell: not-measured, browser-needed and others of attachments that could not be read; the home page's
    reason when nothing was read.
    """
    pages = len(context.pages)
    if not pages:
        return unread_site(context)
    wanted = {kind for kind in _ORDER if kind != "contact" or params.contacts}
    texts = attachment_texts(context)
    in_pages = _numbers_of_pages(context)
    faults = [
        _fault(urls[0], kind, numbers, tuple(urls))
        for (kind, numbers), urls in _alike(in_pages, wanted).items()
    ]
    for text in texts:
        for kind, numbers in _alike({text.url: text.numbers}, wanted):
            page = page_with(context, text.url)
            faults.append(msgspec.structs.replace(_fault(text.url, kind, numbers, (page,)), page=page))
    return Judgement(examined=pages + len(texts), faults=[*faults, *unexamined(context, texts)])


def _numbers_of_pages(context: Context) -> dict[str, tuple[PrivateNumber, ...]]:
    """Address of a page → its numbers, home page first. A page that was read twice counts once."""
    found = {
        probe.subject: msgspec.convert(probe.result["numbers"], tuple[PrivateNumber, ...])
        for probe in context.facts.probes("private")
    }
    if not found:
        return {}
    return {page.url: found[page.url] for page in context.pages if page.url in found}


def _alike(
    numbers: dict[str, tuple[PrivateNumber, ...]], wanted: Iterable[str]
) -> dict[tuple[str, tuple[PrivateNumber, ...]], list[str]]:
    """Kind and numbers → the addresses that hold just these."""
    pages: dict[tuple[str, tuple[str, ...]], list[str]] = defaultdict(list)
    first: dict[tuple[str, tuple[str, ...]], tuple[PrivateNumber, ...]] = {}
    for url, found in numbers.items():
        for kind in wanted:
            of_kind = {one.masked: one for one in found if one.kind == kind}
            if of_kind:
                key = kind, tuple(of_kind)
                pages[key].append(url)
                first.setdefault(key, tuple(of_kind.values()))
    return {(key[0], first[key]): urls for key, urls in sorted(pages.items(), key=lambda item: item[1][0])}


def _fault(subject: str, kind: str, numbers: tuple[PrivateNumber, ...], pages: tuple[str, ...]) -> Fault:
    places = Counter(one.place for one in numbers)
    sentences = "\n".join(one.sentence for one in numbers[:_MOST_SENTENCES])
    return Fault(
        subject=subject,
        identity=f"{own_identity(subject)} {kind}",
        page=pages[0],
        fault=kind,
        arguments={
            "count": len(numbers),
            "masked": numbers[0].masked,
            "sentence": numbers[0].sentence,
            "pages": len(pages),
            "address": subject,
        },
        verdict=Verdict.REVIEW,
        aspect=places.most_common(1)[0][0],
        count=len(numbers),
        pages=pages,
        locator=Locator(text=numbers[0].sentence),
        evidence=(Evidence(kind="text", text=sentences),),
    )
