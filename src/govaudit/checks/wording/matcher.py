"""One search for all words in a text: exact words, miswritten names, and texts that lead to a pattern."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, NamedTuple

from ahocorasick_rs import AhoCorasick, MatchKind
from rapidfuzz.distance import Levenshtein

from govaudit.checks.wording.vocabulary import wording
from govaudit.inspection.page_text import CELL, HEADING, HIDDEN
from govaudit.inspection.vocabulary import simplified

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from govaudit.inspection.word_lists import Name, WordLists, Wrong

_MARKS = HEADING + HIDDEN
_SENTENCE = 40
_CHINESE = re.compile("[\u4e00-\u9fff]+")
_PERSON = re.compile("[\u4e00-\u9fff·]{2,4}")
_IDLE = re.compile(r"[\W\d_]+")


class Hit(NamedTuple):
    """A word in a text. ``list``: serious, typos, placeholders, templates, secrecy or illegal; ``right``: what is
    meant; ``sentence``: the words around."""

    list: str
    word: str
    right: str
    sentence: str


class Line(NamedTuple):
    """Where a word stands: its line and its place in it."""

    text: str
    start: int
    stop: int


class Matcher:
    """Finds all words of the lists at once."""

    def __init__(self, own: WordLists) -> None:
        """``own``: the user's lists."""
        self._words: list[str] = []
        self._judges: list[list[Callable[[Line], tuple[str, str, str] | None]]] = []
        self._places: dict[str, int] = {}
        self._allowed = own.allowed
        self._add_names(own)
        self._add_placeholders()
        self._add_others(own)
        self._automaton = AhoCorasick(self._words, matchkind=MatchKind.Standard)

    def _add_names(self, own: WordLists) -> None:
        known = wording()
        for of, wrongs in (
            ("serious", (*known.serious.wrong, *own.serious)),
            ("typos", (*known.typos.wrong, *own.typos)),
        ):
            for wrong in wrongs:
                self._add(wrong.wrong, _wrong(of, wrong))
        for name in (*known.serious.names, *own.names):
            half = len(name.name) // 2
            self._add(name.name[:half], _begun(name))
            self._add(name.name[half:], _ended(name))
        for title, name_of in own.leaders:
            self._add(title, _leader(title, name_of))

    def _add_placeholders(self) -> None:
        known = wording().placeholders
        for word in known.lines:
            for written in _cases(word):
                self._add(written, _whole_line(word))
        for word in known.anywhere:
            for written in _cases(word):
                self._add(written, lambda line: ("placeholders", line.text[line.start : line.stop], ""))
        for sign in known.templates:
            self._add(sign.text, _pattern("templates", sign.compiled))

    def _add_others(self, own: WordLists) -> None:
        secrecy, illegal = wording().secrecy, wording().illegal
        for sign in secrecy.patterns:
            self._add(sign.text, _secrecy(sign.compiled, secrecy.longest, secrecy.but))
        for word in (*illegal.words, *own.illegal):
            for written in _cases(word):
                self._add(written, _illegal(word, illegal.but))

    def _add(self, word: str, judge: Callable[[Line], tuple[str, str, str] | None]) -> None:
        place = self._places.setdefault(word, len(self._words))
        if place == len(self._words):
            self._words.append(word)
            self._judges.append([])
        self._judges[place].append(judge)

    def hits(self, written: str, *, traditional: bool = False) -> Iterator[Hit]:
        """All hits in a text of coded lines, each word of a list once for every line. ``traditional``: it is written in
        traditional characters; the words are in simplified ones."""
        text = simplified(written) if traditional else written
        shown = written if len(written) == len(text) else text
        seen: set[tuple[int, str, str]] = set()
        for number, start, stop in self._automaton.find_matches_as_indexes(text, overlapping=True):
            begin = text.rfind("\n", 0, start) + 1
            end = text.find("\n", stop)
            end = len(text) if end < 0 else end
            while begin < start and text[begin] in _MARKS:
                begin += 1
            line = Line(text[begin:end], start - begin, stop - begin)
            for judge in self._judges[number]:
                said = judge(line)
                if said is None or (begin, said[0], said[1]) in seen or self._is_allowed(line):
                    continue
                seen.add((begin, said[0], said[1]))
                yield Hit(*said, sentence_of(Line(shown[begin:end], line.start, line.stop)))

    def _is_allowed(self, line: Line) -> bool:
        return any(
            line.text.find(text, max(0, line.start - len(text)), line.stop + len(text)) >= 0
            for text in self._allowed
        )


def _cases(word: str) -> set[str]:
    return {word, word.upper(), word.capitalize(), word.title()}


def sentence_of(line: Line) -> str:
    """The words around a place."""
    cut = line.text[max(0, line.start - _SENTENCE) : line.stop + _SENTENCE]
    return " ".join(cut.replace(CELL, " ").split())


def _mends(line: Line) -> bool:
    return any(word in line.text for word in wording().corrections)


def _excepted(line: Line, start: int, stop: int, but: tuple[str, ...]) -> bool:
    return any(line.text.find(text, max(0, start - len(text)), stop + len(text)) >= 0 for text in but)


def _wrong(of: str, wrong: Wrong) -> Callable[[Line], tuple[str, str, str] | None]:
    def judge(line: Line) -> tuple[str, str, str] | None:
        if _excepted(line, line.start, line.stop, wrong.but) or _mends(line):
            return None
        return of, wrong.wrong, wrong.right

    return judge


def _begun(name: Name) -> Callable[[Line], tuple[str, str, str] | None]:
    right = name.name

    def judge(line: Line) -> tuple[str, str, str] | None:
        if line.text.startswith(right, line.start):
            return None
        return _variant(name, line, [(line.start, line.start + length) for length in _lengths(right)])

    return judge


def _ended(name: Name) -> Callable[[Line], tuple[str, str, str] | None]:
    right = name.name

    def judge(line: Line) -> tuple[str, str, str] | None:
        if line.text.endswith(right, 0, line.stop):
            return None
        return _variant(name, line, [(line.stop - length, line.stop) for length in _lengths(right)])

    return judge


def _lengths(right: str) -> tuple[int, int, int]:
    return len(right), len(right) - 1, len(right) + 1


def _variant(name: Name, line: Line, places: list[tuple[int, int]]) -> tuple[str, str, str] | None:
    """What stands there in place of the name, if it differs in one character in the middle. At its ends another word
    may begin."""
    right = name.name
    for start, stop in places:
        written = line.text[start:stop] if start >= 0 else ""
        if (
            not written
            or written[0] != right[0]
            or written[-1] != right[-1]
            or right in line.text[start - 1 : stop + 1]
        ):
            continue
        if Levenshtein.distance(right, written, score_cutoff=1) != 1 or _CHINESE.fullmatch(written) is None:
            continue
        if _excepted(line, start, stop, name.but) or written in name.but or _mends(line):
            return None
        return "serious", written, right
    return None


def _leader(title: str, name: str) -> Callable[[Line], tuple[str, str, str] | None]:
    """Another name behind a title that is one character away from the right one."""

    def judge(line: Line) -> tuple[str, str, str] | None:
        for length in (len(name), len(name) - 1, len(name) + 1):
            written = line.text[line.stop : line.stop + length]
            if line.text.startswith(name, line.stop) or len(written) < 2 or not _PERSON.fullmatch(written):
                return None
            if (
                Levenshtein.distance(name, written, score_cutoff=1) == 1
                and written[0] == name[0]
                and not _mends(line)
            ):
                return "serious", f"{title}{written}", f"{title}{name}"
        return None

    return judge


def _whole_line(word: str) -> Callable[[Line], tuple[str, str, str] | None]:
    def judge(line: Line) -> tuple[str, str, str] | None:
        return ("placeholders", word, "") if _IDLE.sub("", line.text).lower() == word.lower() else None

    return judge


def _pattern(of: str, pattern: re.Pattern[str]) -> Callable[[Line], tuple[str, str, str] | None]:
    def judge(line: Line) -> tuple[str, str, str] | None:
        match = pattern.search(line.text, max(0, line.start - 1))
        return (of, match[0], "") if match is not None and match.start() <= line.start else None

    return judge


def _secrecy(
    pattern: re.Pattern[str], longest: int, but: tuple[str, ...]
) -> Callable[[Line], tuple[str, str, str] | None]:
    def judge(line: Line) -> tuple[str, str, str] | None:
        if len(line.text) > longest or any(word in line.text for word in but):
            return None
        match = pattern.search(line.text)
        if match is None or line.text[: match.start()].rstrip().endswith(("“", '"', "《", "「")):
            return None
        return "secrecy", match[0], ""

    return judge


def _illegal(word: str, but: tuple[str, ...]) -> Callable[[Line], tuple[str, str, str] | None]:
    def judge(line: Line) -> tuple[str, str, str] | None:
        return None if any(text in line.text for text in but) else ("illegal", word, "")

    return judge
