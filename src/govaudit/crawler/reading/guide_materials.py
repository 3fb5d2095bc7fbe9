"""What a guide asks applicants to bring, one by one: from tables of materials and from lists in running text."""

from __future__ import annotations

import re
from functools import cache
from itertools import pairwise
from typing import TYPE_CHECKING

import msgspec

from govaudit.crawler.reading.text import collapsed, comparable, squeezed
from govaudit.crawler.reading.words import alternatives, word_set, words
from govaudit.inspection.facts import Material

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from govaudit.crawler.reading.outline import Outline

_LIST = "materials"
_CONVERTED = "zh-Hant"
_LONGEST = 400
_LONGEST_COLUMN_NAME = 14
_MOST = 100
_FEWEST_COLUMNS = 2
_CELLS = frozenset(["td", "th"])
_BRACKETS = re.compile(r"[(（\[【][^)）\]】]*[)）\]】]")
_COUNT = r"(?:[0-9]{1,3}|[一二两三四五六七八九十]{1,3})"
_COPIES = re.compile(rf"一式{_COUNT}份|各?{_COUNT} ?[份张套本页](?!以上的)")
_MARKER = re.compile(
    r"(?:^|(?<=[;；。:：\n ]))[ ]{0,2}(?:[(（]?(?:[0-9]{1,2}|[一二三四五六七八九十]{1,3})[)）](?!份)"
    r"|[0-9]{1,2}[、.．](?![0-9])|[一二三四五六七八九十]{1,3}、)[ ]?"
    r"|[①②③④⑤⑥⑦⑧⑨⑩⑪⑫⑬⑭⑮⑯⑰⑱⑲⑳][ ]?|[(（][0-9]{1,2}[)）][ ]?|(?<![0-9件表第一])[0-9]{1,2}、[ ]?"
)
_SENTENCES = re.compile(r"[。\n]+")
_PARTS = re.compile(r"[;；\n]+")
_TRAILING = "。；;，,、:：. "


class Forms(msgspec.Struct, frozen=True):
    """How a thing is to be brought, as far as a text says it."""

    original: str
    copies: str
    medium: str

    def __bool__(self) -> bool:
        return bool(self.original or self.copies or self.medium)


@cache
def _pattern(*keys: str) -> re.Pattern[str]:
    return re.compile(alternatives(_LIST, *keys))


@cache
def _form_at_end() -> re.Pattern[str]:
    forms = alternatives(_LIST, "both", "either", "original", "copy")
    return re.compile(rf"(?<=.)(?:(?:{forms})?(?:{_COPIES.pattern})|(?:{forms}))$")


@cache
def _remarks() -> re.Pattern[str]:
    return re.compile(rf"[(（]?(?:{alternatives(_LIST, 'remarks')})[0-9一二三四]?[:：]")


@cache
def _form_words() -> re.Pattern[str]:
    """What links to forms say at the end of an entry."""
    return re.compile(rf"(?:[ (（\[【]*(?:{alternatives(_LIST, 'form-links')})[ )）\]】]*)+$")


def forms_in(text: str) -> Forms:
    """What ``text`` says of original or copy, number and medium."""
    said = comparable(text, _CONVERTED)
    original = ""
    for keys, meant in (("both", "both"), ("either", "either"), ("original", "original"), ("copy", "copy")):
        if _pattern(keys).search(said):
            original = words(_LIST, meant)[0]
            break
    if original == words(_LIST, "original")[0] and _pattern("copy").search(
        _pattern("original").sub("", said)
    ):
        original = words(_LIST, "both")[0]
    copies = _COPIES.search(said)
    paper, electronic = _pattern("paper").search(said), _pattern("electronic").search(said)
    media = [words(_LIST, key)[0] for key, match in (("paper", paper), ("electronic", electronic)) if match]
    return Forms(original, copies[0] if copies else "", "或".join(media))


def materials_in(text: str) -> tuple[Material, ...]:
    """The materials that a text with line breaks lists. What it says of all of them holds for each."""
    found: list[Material] = []
    of_all = Forms("", "", "")
    for entry in _entries(text):
        plain = squeezed(comparable(entry, _CONVERTED))
        if _speaks_of_all(plain):
            of_all = forms_in(entry) or of_all
            continue
        name = _name(entry)
        if not name or plain.endswith(":") or plain.strip(_TRAILING) in word_set(_LIST, "none"):
            continue
        forms = forms_in(entry)
        found.append(
            Material(name, forms.original, forms.copies, forms.medium, text=collapsed(entry, _LONGEST))
        )
        if len(found) >= _MOST:
            break
    return tuple(_completed(one, of_all) for one in found)


def _speaks_of_all(plain: str) -> bool:
    """Whether a sentence is no entry but says something of all entries, or a remark."""
    return any(word in plain for word in word_set(_LIST, "of-all")) or _remarks().match(plain) is not None


def _completed(material: Material, forms: Forms) -> Material:
    if not forms:
        return material
    return msgspec.structs.replace(
        material,
        original=material.original or forms.original,
        copies=material.copies or forms.copies,
        medium=material.medium or forms.medium,
    )


def _entries(text: str) -> list[str]:
    """A numbered list by its numbers, else by lines and semicolons."""
    places = [match.start() for match in _MARKER.finditer(text)]
    if places:
        bounds = [*places, len(text)]
        head = [text[: places[0]]] if text[: places[0]].strip(_TRAILING + "\n") else []
        pieces = [text[start:stop] for start, stop in pairwise(bounds)]
        return [
            part
            for piece in [*_of_all_only(head), *pieces]
            for part in _split_off(piece)
            if part.strip(_TRAILING + "\n")
        ]
    return [piece for piece in _PARTS.split(text) if piece.strip(_TRAILING)]


def _of_all_only(head: list[str]) -> list[str]:
    """What stands before the first number introduces the list; it only matters when it says a form, which is that of
    all entries."""
    return [f"{words(_LIST, 'of-all')[0]}{one}" for one in head if forms_in(one)]


def _split_off(piece: str) -> list[str]:
    """An entry and, in sentences of their own behind it, what is said of all."""
    sentences = _SENTENCES.split(piece)
    for index, sentence in enumerate(sentences[1:], 1):
        if _speaks_of_all(squeezed(comparable(sentence, _CONVERTED))):
            return [" ".join(sentences[:index]), " ".join(sentences[index:])]
    return [" ".join(piece.split("\n"))]


def _name(entry: str) -> str:
    """The entry without its number, and without what a bracket or the end says of its form."""
    bare = _MARKER.sub("", collapsed(entry), count=1).strip(_TRAILING)
    bare = _form_words().sub("", bare).strip(_TRAILING) or bare
    kept = _BRACKETS.sub(lambda match: "" if forms_in(match[0]) else match[0], bare)
    while True:
        tail = re.search(r"[，,、:： ]([^，,、:： ]{1,16})$", kept)
        if tail is None or not forms_in(tail[1]):
            break
        kept = kept[: tail.start()].strip(_TRAILING)
    kept = _form_at_end().sub("", kept)
    return collapsed(kept.strip(_TRAILING) or bare, _LONGEST)


class MaterialTable(msgspec.Struct, frozen=True):
    """A table of materials. ``table``: its element; ``materials``: its rows."""

    table: int
    materials: tuple[Material, ...]


def material_tables(page: Outline, address_of: Callable[[int], str]) -> list[MaterialTable]:
    """Tables with a column of names and one that says something of them. ``address_of``: where a link leads."""
    found: list[MaterialTable] = []
    for row in page.of_tag("tr"):
        cells = cells_of(page, row)
        if len(cells) < _FEWEST_COLUMNS:
            continue
        columns = _columns(page, cells)
        if "name" not in columns or len(columns) < _FEWEST_COLUMNS:
            continue
        table = page.enclosing(row, frozenset(["table"]))
        if table < 0 or any(one.table == table for one in found):
            continue
        materials = tuple(_rows(page, row, columns, address_of))
        if materials:
            found.append(MaterialTable(table, materials))
    return found


def cells_of(page: Outline, row: int) -> list[int]:
    """The cells of a row."""
    return [cell for cell in page.children(row) if page.tag[cell] in _CELLS]


def _columns(page: Outline, cells: list[int]) -> dict[str, int]:
    columns: dict[str, int] = {}
    for index, cell in enumerate(cells):
        if not 1 <= page.stop[cell] - page.start[cell] <= _LONGEST_COLUMN_NAME:
            continue
        said = _BRACKETS.sub("", squeezed(page.compared(cell))).strip(_TRAILING)
        for kind in ("name", "original", "copies", "medium", "form", "remark"):
            if said in word_set(_LIST, f"{kind}-columns"):
                columns.setdefault(kind, index)
        for kind in ("original-counts", "copy-counts"):
            if said in word_set(_LIST, kind):
                columns.setdefault(kind, index)
    return columns


def _rows(
    page: Outline, header: int, columns: dict[str, int], address_of: Callable[[int], str]
) -> Iterable[Material]:
    width = len(cells_of(page, header))
    last = page.last[page.enclosing(header, frozenset(["table"]))]
    for row in page.of_tag("tr"):
        if not header < row <= last:
            continue
        cells = cells_of(page, row)
        if len(cells) != width:
            continue
        texts = [collapsed(page.shown(cell), _LONGEST) for cell in cells]
        name = texts[columns["name"]]
        if not name:
            continue
        yield _of_row(name, texts, columns, _addresses(page, row, address_of))


def _addresses(page: Outline, row: int, address_of: Callable[[int], str]) -> tuple[str, ...]:
    """Where the links of a row lead; empty for one whose address only a script knows."""
    return tuple(address_of(link) for link in page.within(page.of_tag("a"), row) if page.shown(link).strip())


def _of_row(name: str, texts: list[str], columns: dict[str, int], urls: tuple[str, ...]) -> Material:
    everything = " ".join(texts)
    said = {kind: texts[index] for kind, index in columns.items()}
    general = forms_in(" ".join(text for kind, text in said.items() if kind != "form"))
    counted = [
        words(_LIST, kind)[0]
        for column, kind in (("original-counts", "original"), ("copy-counts", "copy"))
        if re.search(r"[1-9一二两三四五六七八九十]", said.get(column, ""))
    ]
    number = next((said[column] for column in ("original-counts", "copy-counts") if said.get(column)), "")
    original = forms_in(said.get("original", "")).original or general.original
    if counted:
        original = words(_LIST, "both")[0] if len(counted) == 2 else counted[0]
    bare = _name(name)
    return Material(
        bare or name,
        original,
        said.get("copies", "")
        if re.search(r"[0-9一二两三四五六七八九十]", said.get("copies", ""))
        else general.copies or number,
        forms_in(said.get("medium", "")).medium or general.medium,
        urls,
        collapsed(everything, _LONGEST),
    )
