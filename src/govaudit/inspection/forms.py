"""What visitors of a page can fill in: search boxes of home pages, forms to write to an office, logins.

A page with some has a probe of the kind ``forms``. Subject: the page; result: ``forms``, each a ``Form``.
"""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING

import msgspec

if TYPE_CHECKING:
    from govaudit.inspection.site_facts import SiteFacts

KIND = "forms"


class FormUse(StrEnum):
    """What a form is for."""

    SEARCH = "search"
    WRITING = "writing"
    """A text of some length can be written: a message, an opinion, an application."""
    CHOOSING = "choosing"
    """Answers are ticked: a survey."""
    LOGIN = "login"


class FormField(msgspec.Struct, frozen=True, array_like=True):
    """A field. ``kind``: ``text``, ``long`` (several lines), ``hidden``, ``choice``, ``password``; ``value``: what it
    is sent with when nobody touches it; ``words``: what visitors are told of it."""

    name: str
    kind: str
    value: str = ""
    words: str = ""


class Form(msgspec.Struct, frozen=True, array_like=True):
    """A form. ``method``: ``get`` or ``post``, empty without a ``form`` element; ``action``: absolute, empty where only
    a script knows it; ``asked``: place among ``fields`` of the one to search by, -1 where none is seen: then there is
    but a sign of a search box, named by ``words``; ``charset``: in which it is sent; ``scripted``: a script sends it
    or may change it; ``words``: what stands in it."""

    use: FormUse
    method: str = ""
    action: str = ""
    fields: tuple[FormField, ...] = ()
    asked: int = -1
    charset: str = "utf-8"
    scripted: bool = False
    words: str = ""


def forms_by_page(facts: SiteFacts) -> dict[str, tuple[Form, ...]]:
    """Address of a page → its forms; of a page that a browser opened as they are there."""
    return {
        probe.subject: msgspec.convert(probe.result["forms"], tuple[Form, ...])
        for probe in facts.probes(KIND)
    }
