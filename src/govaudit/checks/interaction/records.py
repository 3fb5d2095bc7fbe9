"""Messages of citizens as a page shows them: from its lines to question, answer, times, unit and state."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum
from functools import lru_cache
from typing import TYPE_CHECKING

from govaudit.checks.interaction.words import (
    answer_heading,
    field_of_label,
    further_label,
    leading_label,
    message_words,
)
from govaudit.inspection.vocabulary import fold, simplified

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from govaudit.inspection.page_text import Line, PageText

_DATE = re.compile(r"(?<!\d)((?:19|20)\d\d)\s*[-/.年]\s*(\d{1,2})\s*[-/.月]\s*(\d{1,2})(?!\d)")
_ASKING = frozenset({"title", "asked", "asker", "number", "question"})
_TIMES = frozenset({"asked", "answered"})
_LEAST_COLUMNS = 3
_LONGEST_HEADING = 30


class Answered(StrEnum):
    """Whether a message was answered, and how the page says that it was not."""

    YES = "yes"
    SAID_OPEN = "said-open"
    """Its state, or a sentence in the place of the answer, says that there is none."""
    EMPTY = "empty"
    """The place of the answer is there, and nothing in it."""
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class MessageRecord:
    """A message. ``values``: part (``title``, ``asked``, ``question``, ``unit``, ``answered``, ``answer``, ``state`` …)
    → its text as shown, empty where the label is there and nothing with it; ``row``: an entry of a board's table."""

    values: dict[str, str]
    row: bool = False

    def text(self, part: str) -> str:
        """What is shown for a part, empty when nothing is."""
        return self.values.get(part, "")

    @property
    def title(self) -> str:
        """Its title, else the beginning of the question."""
        return self.text("title") or self.text("question")[:_LONGEST_HEADING]

    @property
    def asked_on(self) -> date | None:
        """The day of the question."""
        return first_day(self.text("asked"))

    @property
    def answered_on(self) -> date | None:
        """The day of the answer."""
        return first_day(self.text("answered"))

    @property
    def answer(self) -> str:
        """The answer, without sentences that there is none."""
        text = self.text("answer")
        return "" if fold(text) in _folded(message_words().no_answer) else text

    @property
    def state(self) -> Answered:
        """Whether it was answered. Anything that speaks for an answer goes before what speaks against one."""
        said = fold(self.text("state"))
        words = message_words()
        if fold(self.answer) or self.answered_on is not None or said in _folded(words.closed):
            return Answered.YES
        if said in _folded(words.open) or fold(self.text("answer")):
            return Answered.SAID_OPEN
        if "answer" in self.values and not said:
            return Answered.EMPTY
        return Answered.UNKNOWN


def first_day(text: str) -> date | None:
    """The first day that a text names with its year."""
    for match in _DATE.finditer(text):
        try:
            return date(*map(int, match.groups()))
        except ValueError:
            continue
    return None


def read_messages(text: PageText) -> tuple[MessageRecord, ...]:
    """Every message that a page shows, in its order. What is no message (a text without labels) gives none.

    A unit in charge (承办单位) below the question can look like the beginning of the footer, so what belongs to
    an answer is also looked for in what the template puts around.
    """
    reader = _Reader()
    for line in text.lines:
        reader.take(line)
    reader.leave_main()
    for line in text.lines_around:
        reader.take_around(line)
    return tuple(reader.finish())


@dataclass(slots=True)
class _Reader:
    """The message that is being read, and the part to which the next line without a label belongs."""

    done: list[MessageRecord] = field(default_factory=list)
    values: dict[str, str] = field(default_factory=dict)
    part: str = ""
    columns: tuple[str, ...] = ()

    def take(self, line: Line) -> None:
        """Take the next line of the page's own text."""
        cells = [cell.strip() for cell in line.cells]
        columns = _columns(cells)
        if columns:
            self.columns, self.part = columns, ""
            return
        if self.columns:
            if len(cells) > 1 and not _is_labelled(cells):
                self._row(cells)
                return
            self.columns = ()
        pairs = list(_pairs(cells))
        for part, text in pairs:
            if part:
                self._begin(part, text, hidden=line.hidden)
            else:
                self._continue(text, hidden=line.hidden)

    def leave_main(self) -> None:
        """Nothing that follows continues what stands in the page's own text."""
        self.part, self.columns = "", ()

    def take_around(self, line: Line) -> None:
        """Take what belongs to an answer, if a message is there that it could belong to."""
        if not self.values:
            return
        for part, text in _pairs(cell.strip() for cell in line.cells):
            if not part:
                self._continue(text, hidden=line.hidden)
            elif part not in _ASKING:
                self._begin(part, text, hidden=line.hidden)

    def finish(self) -> Iterator[MessageRecord]:
        """The messages that were read."""
        self._close()
        rows = [one for one in self.done if one.row]
        if len(rows) == 1 and len(self.done) > 1:
            # A table of one row with the rest of the message below it.
            rest = next(one for one in self.done if not one.row)
            yield MessageRecord({**rest.values, **{k: v for k, v in rows[0].values.items() if v}})
            yield from (one for one in self.done if not one.row and one is not rest)
            return
        yield from self.done

    def _row(self, cells: list[str]) -> None:
        values = {part: text for part, text in zip(self.columns, cells, strict=False) if part}
        if len(cells) != len(self.columns):
            values = _of_short_row(values, cells)
        if values:
            self.done.append(MessageRecord(values, row=True))

    def _begin(self, part: str, text: str, *, hidden: bool) -> None:
        if part in _ASKING and (self.values.get(part) or ("answer" in self.values and part in self.values)):
            self._close()
        if part == "state" and hidden:
            self.part = ""
            return
        known = self.values.get(part, "")
        if part == "state" and fold(text) in _folded(message_words().closed):
            known = ""
        self.values[part] = (
            f"{known}\n{text}".strip() if known and part in message_words().long else known or text
        )
        self.part = part if part in message_words().long or not text else ""

    def _continue(self, text: str, *, hidden: bool) -> None:
        if not self.part or not text:
            return
        words = message_words()
        if self.part == "answer" and fold(text).startswith(_folded_in_order(words.after_answer)):
            self.part = ""
            return
        if hidden and fold(text) in _folded(words.no_answer):
            return
        if self.part in _TIMES and first_day(text) is None:
            self.part = ""
            return
        known = self.values.get(self.part, "")
        self.values[self.part] = f"{known}\n{text}".strip()
        if self.part not in words.long:
            self.part = ""

    def _close(self) -> None:
        if _is_message(self.values):
            self.done.append(MessageRecord(self.values))
        self.values, self.part = {}, ""


def _is_message(values: dict[str, str]) -> bool:
    asking = _ASKING & {part for part, text in values.items() if text}
    return bool(asking) and len(values) >= 2


def _columns(cells: list[str]) -> tuple[str, ...]:
    """The parts that the columns of a table hold, where ``cells`` are its heads; empty when they are not."""
    if len(cells) < _LEAST_COLUMNS:
        return ()
    parts = tuple(field_of_label().get(fold(cell), "") for cell in cells)
    known = [part for part in parts if part]
    # Labels and values take turns in a row of a message's own table.
    if len(known) < _LEAST_COLUMNS or len(set(known)) < len(known) or len(known) * 2 <= len(cells):
        return ()
    return parts


def _of_short_row(values: dict[str, str], cells: list[str]) -> dict[str, str]:
    """What is sure of a row in which empty cells left no trace: everything up to its day, and its state."""
    if first_day(values.get("asked", "")) is None or "answered" in values:
        return {}
    sure = dict(list(values.items())[: list(values).index("asked") + 1])
    words = message_words()
    states = [cell for cell in cells if fold(cell) in _folded(words.open | words.closed)]
    return {**sure, "state": states[0]} if len(states) == 1 else sure


def _is_labelled(cells: list[str]) -> bool:
    return fold(cells[0]) in field_of_label() or leading_label().match(_plain(cells[0])) is not None


def _pairs(cells: Iterable[str]) -> Iterator[tuple[str, str]]:
    """Parts with their texts; a text that follows a label in another cell or line comes with no part."""
    for cell in cells:
        alone = field_of_label().get(fold(cell)) if len(cell) <= _LONGEST_HEADING else None
        if alone is not None:
            yield alone, ""
            continue
        yield from _headed(cell) or _labelled(cell)


def _headed(cell: str) -> tuple[tuple[str, str], ...]:
    """The unit, where it is named, and the text of an answer that begins with its heading (市教育局回复：…)."""
    match = answer_heading().match(_plain(cell))
    if match is None or any(word in match[1] for word in message_words().no_answer_heading):
        return ()
    answer = ("answer", cell[match.end() :].strip())
    if match[1].endswith(message_words().unit_endings):
        return ("unit", cell[: match.end(1)]), answer
    return (answer,)


def _labelled(cell: str) -> Iterator[tuple[str, str]]:
    plain = _plain(cell)
    match = leading_label().match(plain)
    if match is None:
        yield "", cell
        return
    part, start = _part(match), match.end()
    while part not in message_words().long:
        further = further_label().search(plain, start)
        if further is None:
            break
        yield part, cell[start : further.start()].strip()
        part, start = field_of_label()[fold(further[1])], further.end()
    yield part, cell[start:].strip()


def _plain(cell: str) -> str:
    """``cell`` in simplified characters, each at its place."""
    plain = simplified(cell)
    return plain if len(plain) == len(cell) else cell


def _part(match: re.Match[str]) -> str:
    return field_of_label()[fold(next(filter(None, match.groups())))]


@lru_cache(maxsize=16)
def _folded(words: frozenset[str]) -> frozenset[str]:
    return frozenset(map(fold, words))


@lru_cache(maxsize=16)
def _folded_in_order(words: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(map(fold, words))
