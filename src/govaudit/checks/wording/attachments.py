"""The texts of attachments as the checks of words read them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import msgspec

from govaudit.checks.registry import Fault
from govaudit.inspection.private_numbers import PrivateNumber
from govaudit.inspection.verdict import Reason, Verdict

if TYPE_CHECKING:
    from collections.abc import Sequence

    from govaudit.checks.context import Context

KIND = "attachment-text"


@dataclass(frozen=True, slots=True)
class AttachmentText:
    """What an attachment says. ``why``: reason for which it could not be read, empty when it was."""

    url: str
    text: str
    numbers: tuple[PrivateNumber, ...]
    why: str


def attachment_texts(context: Context) -> list[AttachmentText]:
    """Attachments of the site whose texts were looked at, some hundred at most."""
    return context.derived(_attachment_texts)


def _attachment_texts(context: Context) -> list[AttachmentText]:
    return [
        AttachmentText(
            probe.subject,
            str(probe.result.get("text", "")),
            msgspec.convert(probe.result.get("numbers", ()), tuple[PrivateNumber, ...]),
            str(probe.result.get("why", "")),
        )
        for probe in context.facts.probes(KIND)
    ]


def page_with(context: Context, url: str) -> str:
    """A page that links to an attachment, nearest to the home page; the attachment itself when none is known."""
    return context.derived(_pages_with).get(url, url)


def _pages_with(context: Context) -> dict[str, str]:
    wanted = {text.url for text in attachment_texts(context)}
    numbers = {
        number: url
        for url, anchors in context.facts.anchors_by_target()
        if url in wanted
        for number, _, _ in anchors
    }
    found: dict[str, str] = {}
    if numbers:
        for page, references in context.facts.references():
            for number in references:
                if number in numbers:
                    found.setdefault(numbers[number], page.url)
    return found


def unexamined(context: Context, texts: Sequence[AttachmentText]) -> list[Fault]:
    """That some attachments could not be read, as one thing that could not be told."""
    unread = [text for text in texts if text.why]
    if not unread:
        return []
    listed = " ".join(text.url for text in unread[:5])
    return [
        Fault(
            subject="attachments",
            page=page_with(context, unread[0].url),
            fault="unexamined",
            arguments={"count": len(unread), "listed": listed},
            verdict=Verdict.INCONCLUSIVE,
            reason=Reason.PARSE if all(text.why == "unreadable" for text in unread) else Reason.NOT_MEASURED,
            count=len(unread),
        )
    ]
