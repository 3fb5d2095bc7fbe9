"""The guides of ``guide_layouts/``: pages rendered from their items, and what a careful person reads from them."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from govaudit.crawler.reading.page import read_page
from govaudit.inspection.yaml_text import load_yaml

if TYPE_CHECKING:
    from collections.abc import Iterator

    from govaudit.inspection.facts import GuideReading

FOLDER = Path(__file__).resolve().parent / "guide_layouts"
MATERIALS = "办理材料"
_IGNORED = re.compile(r"[\s。；;.]+")
_NUMBERS = re.compile(r"(?:^|(?<=[；;。\s]))[（(]?\d{1,2}[)）.、．]")


@dataclass(frozen=True, slots=True)
class Outcome:
    """One element of one guide. ``expected`` and ``found`` empty: not on the page, not found."""

    layout: str
    guide: str
    element: str
    expected: str
    found: str

    @property
    def right(self) -> bool:
        """Whether the reader found what is there."""
        return self.expected == self.found


@dataclass(frozen=True, slots=True)
class Layout:
    """A layout with its pages, each with the items that it shows."""

    name: str
    rules: dict[str, Any]
    pages: list[tuple[str, list[dict[str, Any]]]]


def layouts() -> Iterator[Layout]:
    """All layouts in the order of their file."""
    said = load_yaml(FOLDER / "items.yaml").data
    items = [{**said["units"][item["unit"]], **item, "办理时限": item["承诺时限"]} for item in said["items"]]
    environment = Environment(
        loader=FileSystemLoader(FOLDER), undefined=StrictUndefined, autoescape=True, trim_blocks=True
    )
    environment.filters["tojson"] = _json
    for name, rules in load_yaml(FOLDER / "layouts.yaml").data.items():
        first = int(rules["first"])
        chosen = [items[(first + step) % len(items)] for step in range(5)]
        for one in chosen:
            for material in one[MATERIALS]:
                material.setdefault("表格", "")
        template = environment.get_template(f"{name}.html")
        shown = [chosen] if "together" in rules else [[one] for one in chosen]
        pages = [
            (template.render(items=group, item=group[0], names=rules["names"]), group) for group in shown
        ]
        yield Layout(name, rules, pages)


def _json(value: str) -> str:
    import json  # noqa: PLC0415 - a filter of the templates alone

    from markupsafe import Markup  # noqa: PLC0415

    return Markup(json.dumps(str(value), ensure_ascii=False))  # noqa: S704 - invented texts


def outcomes(layout: Layout) -> Iterator[Outcome]:
    """Every element of the layout's guides: what is there against what the reader found."""
    names = layout.rules["names"]
    linked = set(layout.rules.get("linked", ()))
    for html, group in layout.pages:
        reading, _ = read_page(html.encode(), layout.rules["url"])
        unclaimed = list(reading.guides)
        for item in group:
            guide = next((one for one in unclaimed if item["事项名称"] in one.name), None)
            if guide is not None:
                unclaimed.remove(guide)
            for element in names:
                said = _said(item, element, linked)
                got = "" if guide is None else _found(guide, element, linked)
                yield Outcome(layout.name, item["事项名称"], element, said, got)
            for element in sorted((set() if guide is None else set(guide.elements)) - set(names) - _DERIVED):
                text = "" if guide is None else comparable(guide.elements[element])
                if text and comparable(str(item.get(element, ""))) != text:
                    yield Outcome(layout.name, item["事项名称"], element, "", text)
        for extra in unclaimed:
            yield Outcome(layout.name, extra.name, "guide", "", extra.name)


def _said(item: dict[str, Any], element: str, linked: set[str]) -> str:
    if element in linked:
        return _said_of_link(element)
    return _materials_said(item) if element == MATERIALS else comparable(item[element])


_DERIVED = {"办理时限"}
"""Told by the two limits that are counted themselves."""


def _said_of_link(element: str) -> str:
    return f"{element}: link"


def _found(guide: GuideReading, element: str, linked: set[str]) -> str:
    if element in linked:
        return _said_of_link(element) if any(one.element == element for one in guide.links) else ""
    if element == MATERIALS:
        return _materials_found(guide)
    return comparable(guide.name if element == "事项名称" else guide.elements.get(element, ""))


def _materials_said(item: dict[str, Any]) -> str:
    return " | ".join(
        f"{comparable(one['材料名称'])}:{one['类型']}:{one['份数']}:{one['形式']}" for one in item[MATERIALS]
    )


def _materials_found(guide: GuideReading) -> str:
    return " | ".join(
        f"{comparable(one.name)}:{one.original}:{re.sub(r'[^0-9]', '', one.copies)}:{one.medium}"
        for one in guide.materials
    )


def comparable(text: str) -> str:
    """``text`` without blanks, full stops and the differences of width."""
    return _IGNORED.sub("", unicodedata.normalize("NFKC", _NUMBERS.sub("", text)))
