"""Everything that people read is there in both languages, with the same placeholders."""

from __future__ import annotations

import ast
import re
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple, get_args

import pytest

import govaudit
from govaudit.checks.columns.tree import Place
from govaudit.inspection.facts import DateSource, Lane, MarkKind, PageKind, Skipped, Tag
from govaudit.inspection.messages import LANGUAGES, catalogue, language_of_environment
from govaudit.inspection.profile import SiteKind
from govaudit.inspection.verdict import Kind, Reason, Result, State, Verdict

if TYPE_CHECKING:
    from enum import Enum

PACKAGE = Path(govaudit.__file__).parent
ROOMS = sorted(folder.parent.name for folder in PACKAGE.glob("*/messages"))
NARROW_PUNCTUATION = re.compile(r"(?<=[一-龥])[,;:!?](?=[一-龥])|(?<=[一-龥])[,;]|[,;](?=[一-龥])")
WORDS: tuple[tuple[str, type[Enum]], ...] = (
    ("verdicts", Verdict),
    ("kinds", Kind),
    ("reasons", Reason),
    ("states", State),
    ("results", Result),
    ("marks", MarkKind),
    ("page-kinds", PageKind),
    ("lanes", Lane),
    ("skipped", Skipped),
    ("date-sources", DateSource),
    ("column-places", Place),
)


class Raised(NamedTuple):
    """A place where a problem is made. ``key``: ``*`` stands for a part that is worked out; ``arguments``:
    ``None`` when they are worked out elsewhere."""

    place: str
    key: str
    arguments: frozenset[str] | None


@pytest.mark.parametrize("room", ROOMS)
def test_rooms_speak_both_languages_with_the_same_placeholders(room: str) -> None:
    first, other = (catalogue(room, language) for language in LANGUAGES)
    assert first.entries
    assert set(first.entries) ^ set(other.entries) == set()
    assert [key for key in first.entries if first.placeholders(key) != other.placeholders(key)] == []


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("room", ROOMS)
def test_no_text_is_empty_and_every_placeholder_has_a_name(room: str, language: str) -> None:
    texts = catalogue(room, language)
    assert [key for key, text in texts.entries.items() if not text.strip() or text == "None"] == []
    nameless = [
        key
        for key, text in texts.entries.items()
        if "{}" in text or not all(name.isidentifier() for name in texts.placeholders(key))
    ]
    assert nameless == []


@pytest.mark.parametrize("room", ROOMS)
def test_chinese_texts_have_chinese_punctuation(room: str) -> None:
    narrow = {key: text for key, text in _without_samples(room).items() if NARROW_PUNCTUATION.search(text)}
    assert narrow == {}


def _without_samples(room: str) -> dict[str, str]:
    """Texts without those that are files to fill in."""
    return {key: text for key, text in catalogue(room, "zh-CN").entries.items() if key != "site-list.example"}


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize(("file", "words"), WORDS, ids=[file for file, _ in WORDS])
def test_every_member_has_a_word_and_no_word_is_left_over(
    file: str, words: type[Enum], language: str
) -> None:
    assert _keys(file, language) == {member.value for member in words}


@pytest.mark.parametrize("language", LANGUAGES)
def test_tags_and_kinds_of_sites_have_words(language: str) -> None:
    assert _keys("tags", language) == {tag.name.lower() for tag in Tag}
    assert _keys("site-kinds", language) == set(get_args(SiteKind))


def _keys(file: str, language: str) -> set[str]:
    texts = catalogue("inspection", language)
    return {key.removeprefix(f"{file}.") for key in texts.entries if key.startswith(f"{file}.")}


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_problem_has_a_sentence(language: str) -> None:
    known = _sentences(language)
    assert [one for one in _raised() if "*" not in one.key and one.key not in known] == []
    unmatched = [one for one in _raised() if "*" in one.key and not _matching(one.key, known)]
    assert unmatched == []


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_sentence_gets_its_arguments(language: str) -> None:
    texts, known = catalogue("inspection", language), _sentences(language)
    lacking = {
        (one.place, one.key): sorted(texts.placeholders(known[one.key]) - one.arguments)
        for one in _raised()
        if one.arguments is not None and one.key in known
    }
    assert {place: names for place, names in lacking.items() if names} == {}


def test_every_sentence_is_used() -> None:
    raised = {one.key for one in _raised()}
    patterns = [key for key in raised if "*" in key]
    unused = [
        key
        for key, entry in _sentences("en").items()
        if entry.startswith("errors.")
        and key not in raised
        and not any(_matching(pattern, {key: entry}) for pattern in patterns)
    ]
    assert unused == []


def test_problems_are_found_at_all() -> None:
    """The search sees the ways in which the source makes a problem."""
    keys = {one.key for one in _raised()}
    assert {"profile.unknown", "yaml.broken", "site-list.*", "store.disk-full", "store.unwritable"} <= keys
    assert [one.place for one in _raised() if one.key == "*"] == []


def _sentences(language: str) -> dict[str, str]:
    """Key of a problem → key of its text: problems of the site list have a file of their own."""
    entries = catalogue("inspection", language).entries
    sentences = {key.removeprefix("errors."): key for key in entries if key.startswith("errors.")}
    return sentences | {key: key for key in entries if key.startswith("site-list.")}


def _matching(pattern: str, known: dict[str, str]) -> list[str]:
    begin, _, end = pattern.partition("*")
    return [key for key in known if key.startswith(begin) and key.endswith(end)]


@cache
def _raised() -> tuple[Raised, ...]:
    found: list[Raised] = []
    for file in sorted(PACKAGE.rglob("*.py")):
        tree = ast.parse(file.read_text(encoding="utf-8"))
        for function in (node for node in ast.walk(tree) if isinstance(node, ast.FunctionDef)):
            names = _assigned(function)
            for call in ast.walk(function):
                if isinstance(call, ast.Call) and _name(call.func) == "Problem":
                    place = f"{file.relative_to(PACKAGE)}:{call.lineno}"
                    found += _raised_by(call, place, names)
    return tuple(dict.fromkeys(found))


def _assigned(scope: ast.AST) -> dict[str, ast.expr]:
    """Variables of a function that are given one value, and only one."""
    values: dict[str, list[ast.expr]] = {}
    for node in ast.walk(scope):
        if isinstance(node, ast.Assign) and isinstance(node.targets[0], ast.Name):
            values.setdefault(node.targets[0].id, []).append(node.value)
        elif isinstance(node, ast.AnnAssign) and isinstance(node.target, ast.Name) and node.value:
            values.setdefault(node.target.id, []).append(node.value)
    return {name: given[0] for name, given in values.items() if len(given) == 1}


def _raised_by(call: ast.Call, place: str, names: dict[str, ast.expr]) -> list[Raised]:
    keywords = {keyword.arg: keyword.value for keyword in call.keywords}
    key = keywords["key"] if "key" in keywords else call.args[0]
    given = keywords.get("arguments", call.args[4] if len(call.args) > 4 else None)
    arguments = frozenset() if given is None else _argument_names(given, names)
    return [Raised(place, text, arguments) for text in _key_texts(key, names)]


def _argument_names(value: ast.expr, names: dict[str, ast.expr]) -> frozenset[str] | None:
    value = names.get(value.id, value) if isinstance(value, ast.Name) else value
    if isinstance(value, ast.Dict) and all(isinstance(key, ast.Constant) for key in value.keys):
        return frozenset(str(key.value) for key in value.keys if isinstance(key, ast.Constant))
    return None


def _key_texts(value: ast.expr, names: dict[str, ast.expr]) -> list[str]:
    value = names.get(value.id, value) if isinstance(value, ast.Name) else value
    if isinstance(value, ast.Constant):
        return [str(value.value)]
    if isinstance(value, ast.IfExp):
        return [*_key_texts(value.body, names), *_key_texts(value.orelse, names)]
    if isinstance(value, ast.JoinedStr):
        parts = [str(part.value) if isinstance(part, ast.Constant) else "*" for part in value.values]
        return ["".join(parts)]
    return ["*"]


def _name(function: ast.expr) -> str:
    return function.id if isinstance(function, ast.Name) else getattr(function, "attr", "")


def test_placeholders_are_filled() -> None:
    texts = catalogue("inspection", "en")
    filled = texts.text("errors.profile.unknown", name="x", known="gov-2019")
    assert filled == "there is no profile “x”; known: gov-2019"
    with pytest.raises(KeyError):
        texts.text("errors.profile.unknown", name="x")
    with pytest.raises(KeyError):
        texts.text("errors.profile.no-such-thing")


@pytest.mark.parametrize(
    ("environment", "language"),
    [
        ({}, "zh-CN"),
        ({"LANG": "C.UTF-8"}, "zh-CN"),
        ({"LANG": "zh_CN.UTF-8"}, "zh-CN"),
        ({"LANG": "en_GB.UTF-8"}, "en"),
        ({"GOVAUDIT_LANG": "en", "LANG": "zh_CN.UTF-8"}, "en"),
        ({"GOVAUDIT_LANG": "zh-CN", "LC_ALL": "de_DE.UTF-8"}, "zh-CN"),
        ({"LC_ALL": "C", "LANG": "fr_FR.UTF-8"}, "en"),
    ],
)
def test_language_follows_the_environment(environment: dict[str, str], language: str) -> None:
    assert language_of_environment(environment) == language


def test_texts_that_checks_share_are_filled_with_the_words_of_each() -> None:
    texts = catalogue("checks", "zh-CN")
    key = "faults.not-found-behind.message"
    internal = texts.text(f"LNK001.{key}", text="年报", status=404)
    attachment = texts.text(f"LNK004.{key}", text="年报", status=404)
    assert internal == "站内链接“年报”打不开：跳转到的地址有问题，地址不存在（状态码 404）"
    assert attachment == internal.replace("站内链接", "附件")
    assert not any(name.startswith("ladder.") or name.endswith((".like", ".thing")) for name in texts.entries)
    assert not any("[[" in text for text in texts.entries.values())
