"""What visitors can fill in on a page."""

from __future__ import annotations

import re
from functools import cache
from typing import TYPE_CHECKING

from govaudit.crawler.reading.text import collapsed
from govaudit.crawler.reading.words import alternatives, word_set, words
from govaudit.inspection.facts import PageKind
from govaudit.inspection.forms import Form, FormField, FormUse

if TYPE_CHECKING:
    from collections.abc import Iterator

    from govaudit.crawler.reading.links_of_page import Resolver
    from govaudit.crawler.reading.outline import Attributes, Outline

MOST_FIELDS = 40
MOST_FORMS = 10
_LONGEST_VALUE = 200
_LONGEST_WORDS = 300
_SHORT_PAGE = 600
"""So many characters at most: a page that may be the head of another one, in a frame."""
_FORM = frozenset(["form"])
_NO_WRITING = frozenset([PageKind.ARTICLE, PageKind.DOCUMENT, PageKind.ERROR, PageKind.CHALLENGE])
_FEWEST_QUESTIONS = 2
_FEWEST_TEXTS = 2
_UP = 3
_NAMING = ("name", "id", "class", "placeholder", "title", "aria-label", "value")
_TYPES = {
    "": "text", "text": "text", "search": "text", "hidden": "hidden", "password": "password", "radio": "choice",
    "checkbox": "choice", "tel": "text", "email": "text", "number": "text",
}  # fmt: skip
_SUBMITS = frozenset(["submit", "image"])
_ENTRY = frozenset(["input", "textarea", "select"])


def forms_of(
    page: Outline, resolver: Resolver, *, kind: PageKind, titles: str, home: bool, text_length: int
) -> tuple[Form, ...]:
    """The forms of a page. Search boxes are looked for on home pages, pages of searches and short pages, the others
    where there are no articles, or articles that ask for opinions. ``titles``: what the page calls itself."""
    has_fields = any(page.by_tag.get(tag) for tag in _ENTRY)
    found: list[Form] = []
    if home or kind is PageKind.SEARCH or text_length <= _SHORT_PAGE:
        found += _searches(page, resolver) if has_fields else ()
        if home and not found:
            found += _signs_of_search(page)
    if has_fields and not home:
        asks = any(word in titles for word in words("forms", "survey-titles"))
        if kind not in _NO_WRITING or asks:
            found += _others(page, resolver, asks=asks)
    return tuple(found[:MOST_FORMS])


# -- search boxes ------------------------------------------------------------------------------------------


def _searches(page: Outline, resolver: Resolver) -> Iterator[Form]:
    seen: set[int] = set()
    for element in page.of_tag("input"):
        attributes = page.attributes[element]
        if _TYPES.get((attributes.get("type") or "").strip().lower()) != "text":
            continue
        form = page.enclosing(element, _FORM)
        if form in seen or not _reads_like_search(page, element, form):
            continue
        if form >= 0:
            seen.add(form)
            if _fields_of_kind(page, form, "password"):
                continue
        yield _form(page, resolver, FormUse.SEARCH, [element])


def _reads_like_search(page: Outline, element: int, form: int) -> bool:
    attributes = page.attributes[element]
    if (attributes.get("name") or attributes.get("id") or "").lower() in word_set("forms", "search-names"):
        return True
    said = [attributes.get(name) or "" for name in _NAMING]
    if form >= 0:
        of_form = page.attributes[form]
        said += [of_form.get(name) or "" for name in ("action", "id", "name", "class")]
    around = element
    for _ in range(_UP):
        around = page.parent[around]
        if around < 0 or page.tag[around] == "body":
            break
        said.append(page.class_names(around))
    return _search_sign().search(" ".join(said).lower()) is not None


@cache
def _search_sign() -> re.Pattern[str]:
    return re.compile(alternatives("forms", "search", "search-words"))


def _signs_of_search(page: Outline) -> Iterator[Form]:
    """What hints at a search box that the source does not show."""
    for element in page.of_tag("iframe", "frame"):
        attributes = page.attributes[element]
        said = " ".join(
            attributes.get(name) or "" for name in ("src", "title", "aria-label", "role", "name", "id")
        )
        if _search_sign().search(said.lower()):
            yield Form(FormUse.SEARCH, action="frame", scripted=True, words=collapsed(said, _LONGEST_WORDS))
            return
    for element, attributes in enumerate(page.attributes):
        if attributes and (attributes.get("role") or "").lower() in {"search", "searchbox"}:
            yield Form(FormUse.SEARCH, scripted=True, words=f"{page.tag[element]} role={attributes['role']}")
            return
    for element, names in page.names.items():
        if _search_sign().search(names.lower()):
            yield Form(
                FormUse.SEARCH, scripted=True, words=f"{page.tag[element]} {collapsed(names, _LONGEST_WORDS)}"
            )
            return
    written = _written_by_script(page)
    if written:
        yield Form(FormUse.SEARCH, scripted=True, words=collapsed(written, _LONGEST_WORDS))


def _written_by_script(page: Outline) -> str:
    """The script that may write a search box: a file named so, or code that speaks of one; empty without any."""
    files = re.compile(alternatives("forms", "search-files"))
    for element in page.of_tag("script"):
        source = (page.attributes[element].get("src") or "").partition("?")[0].rpartition("/")[2].lower()
        if source and files.search(source):
            return f"script {source}"
    code_signs = re.compile(alternatives("forms", "search-code"))
    for element, code in page.code.items():
        if page.tag[element] != "script":
            continue
        lowered = code.lower()
        for other in words("forms", "search-no-sign"):
            lowered = lowered.replace(other.lower(), " ")
        match = code_signs.search(lowered)
        if match is not None:
            return f"script: {lowered[max(0, match.start() - 40) : match.end() + 40]}"
    return ""


# -- messages, surveys, logins -----------------------------------------------------------------------------


def _others(page: Outline, resolver: Resolver, *, asks: bool) -> Iterator[Form]:
    groups: dict[int, list[int]] = {}
    for element in page.of_tag(*_ENTRY):
        groups.setdefault(page.enclosing(element, _FORM), []).append(element)
    for form, elements in groups.items():
        kinds = [_kind_of(page, element) for element in elements]
        use = _use_of(page, form, elements, kinds, asks=asks)
        if use is not None:
            yield _form(page, resolver, use, elements)


def _use_of(page: Outline, form: int, elements: list[int], kinds: list[str], *, asks: bool) -> FormUse | None:
    if "password" in kinds:
        return FormUse.LOGIN
    if "long" in kinds:
        return FormUse.WRITING
    if asks and kinds.count("choice") >= _FEWEST_QUESTIONS:
        return FormUse.CHOOSING
    if form >= 0 and kinds.count("text") >= _FEWEST_TEXTS:
        said = page.shown(form) + " ".join(_words_of(page, element) for element in elements)
        if sum(word in said for word in words("forms", "writing")) >= _FEWEST_TEXTS:
            return FormUse.WRITING
    return None


def _kind_of(page: Outline, element: int) -> str:
    match page.tag[element]:
        case "textarea":
            return "long"
        case "select":
            return "choice"
    return _TYPES.get((page.attributes[element].get("type") or "").strip().lower(), "")


# -- a form and its fields ---------------------------------------------------------------------------------


def _fields_of_kind(page: Outline, form: int, kind: str) -> list[int]:
    return [one for one in page.within(page.of_tag("input"), form) if _kind_of(page, one) == kind]


def _form(page: Outline, resolver: Resolver, use: FormUse, entries: list[int]) -> Form:
    """The form around ``entries``, the first of which is the one to search by; they alone where there is none."""
    element = entries[0]
    form = page.enclosing(element, _FORM)
    elements = page.within(page.of_tag(*_ENTRY), form) if form >= 0 else entries
    kept = [one for one in elements if _kind_of(page, one)][:MOST_FIELDS]
    if element not in kept:
        kept = [element, *kept[: MOST_FIELDS - 1]]
    attributes = page.attributes[form] if form >= 0 else {}
    method = ((attributes.get("method") or "get").strip().lower()) if form >= 0 else ""
    written = (attributes.get("action") or "").strip()
    action = resolver(written) if written else ""
    return Form(
        use=use,
        method=method,
        action=action,
        fields=tuple(_field(page, one) for one in kept),
        asked=kept.index(element) if use is FormUse.SEARCH else -1,
        charset=(attributes.get("accept-charset") or "").partition(" ")[0].strip().lower()
        or resolver.encoding,
        scripted=form < 0 or not action or "onsubmit" in attributes or not _is_sent_by_itself(page, form),
        words=collapsed(page.shown(form), _LONGEST_WORDS) if form >= 0 else "",
    )


def _field(page: Outline, element: int) -> FormField:
    attributes = page.attributes[element]
    return FormField(
        name=(attributes.get("name") or "")[:_LONGEST_VALUE],
        kind=_kind_of(page, element),
        value=_value_of(page, element, attributes)[:_LONGEST_VALUE],
        words=_words_of(page, element),
    )


def _value_of(page: Outline, element: int, attributes: Attributes) -> str:
    if page.tag[element] != "select":
        checked = _kind_of(page, element) != "choice" or "checked" in attributes
        return (attributes.get("value") or "") if checked else ""
    options = page.within(page.of_tag("option"), element)
    chosen = next((one for one in options if "selected" in page.attributes[one]), None)
    chosen = chosen if chosen is not None else next(iter(options), None)
    if chosen is None:
        return ""
    value = page.attributes[chosen].get("value")
    return value if value is not None else page.shown(chosen)


def _words_of(page: Outline, element: int) -> str:
    attributes = page.attributes[element]
    said = " ".join(attributes.get(name) or "" for name in ("placeholder", "title", "aria-label"))
    return collapsed(said, _LONGEST_VALUE)


def _is_sent_by_itself(page: Outline, form: int) -> bool:
    """Whether the form has a button that sends it without any code."""
    for element in page.within(page.of_tag("input"), form):
        attributes = page.attributes[element]
        if (attributes.get("type") or "").lower() in _SUBMITS:
            return "onclick" not in attributes
    for element in page.within(page.of_tag("button"), form):
        attributes = page.attributes[element]
        if (attributes.get("type") or "submit").lower() == "submit":
            return "onclick" not in attributes
    return False
