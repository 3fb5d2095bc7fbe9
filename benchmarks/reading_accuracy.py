"""How right the reader is: its readings against what a careful person found on real pages.

Run: python benchmarks/reading_accuracy.py [--corpus DIR] [--only corpus|families] [--family NAME]

Two measurements that never mix: a corpus of real pages, and invented pages after the templates of many systems
(``template_families/``), written by someone who had not read the reader. For the families every disagreement is
listed with page, field, what a person says and what the reader says. ``untold``: not found, but the reader says
itself that a script writes that part, or keeps a date's words where no year is shown.

The corpus is a folder with ``pages/`` and ``index.csv``. For every field the figures are precision (of what the
reader found, how much is right) and recall (of what the page shows, how much it found), with their denominators,
and each miss is named. An empty cell means that the page does not show it: any value there is a false alarm.
"""

from __future__ import annotations

import argparse
import csv
import re
import sys
from collections import Counter, defaultdict
from dataclasses import dataclass, field
from pathlib import Path
from time import perf_counter
from typing import TYPE_CHECKING

from govaudit.crawler.reading.page import read_page
from govaudit.inspection.facts import MarkKind, PageKind
from template_answers import FAMILIES_FOLDER, Outcome, compare, families

if TYPE_CHECKING:
    from collections.abc import Callable

    from govaudit.inspection.facts import Reading
    from template_answers import Row

FAMILIES = Path(__file__).resolve().parent / FAMILIES_FOLDER
DATE_FIELDS = ("publish date", "item date", "newest date")
WANTED_RECALL = 0.98
DEFAULT_CORPUS = Path(__file__).resolve().parents[1].parent / "shared" / "corpus"
UNKNOWN_ADDRESS = "https://unknown.invalid/page"
GB_FAMILY = {"gb2312", "gbk", "gb18030"}
KINDS = {
    "article": {PageKind.ARTICLE, PageKind.DOCUMENT},
    "content": {PageKind.ARTICLE, PageKind.DOCUMENT},
    "list": {PageKind.COLUMN},
    "other": {PageKind.OTHER, PageKind.ERROR, PageKind.CHALLENGE, PageKind.STUB},
    "challenge": {PageKind.CHALLENGE},
    "message": {PageKind.MESSAGE, PageKind.MESSAGE_BOARD},
}
REPETITIONS = 5


@dataclass(slots=True)
class Count:
    """Figures of one field."""

    right: int = 0
    wrong: int = 0
    missed: int = 0
    false_alarms: int = 0
    absent: int = 0
    misses: list[str] = field(default_factory=list)

    def add(self, file: str, expected: str, found: str) -> None:
        """Count one page's answer."""
        if not expected and not found:
            self.absent += 1
            return
        if expected == found:
            self.right += 1
            return
        if not expected:
            self.false_alarms += 1
        elif not found:
            self.missed += 1
        else:
            self.wrong += 1
        self.misses.append(f"{file}: expected {expected or '(nothing)'!r}, found {found or '(nothing)'!r}")

    @property
    def precision(self) -> str:
        """Right among all that was found."""
        return _share(self.right, self.right + self.wrong + self.false_alarms)

    @property
    def recall(self) -> str:
        """Right among all that the pages show."""
        return _share(self.right, self.right + self.wrong + self.missed)


def _share(part: int, whole: int) -> str:
    return f"{100 * part / whole:.1f} % ({part}/{whole})" if whole else "- (0/0)"


def _squeezed(text: str) -> str:
    return re.sub(r"\s+", "", text)


def _mark(kind: MarkKind) -> Callable[[Reading], str]:
    def found(reading: Reading) -> str:
        values = dict.fromkeys(mark.value for mark in reading.marks if mark.kind is kind and mark.value)
        return ";".join(values)

    return found


def _published(reading: Reading) -> str:
    return reading.published.value[:10] if reading.published else ""


def _newest(reading: Reading) -> str:
    return max((item.date for item in reading.items if item.date), default="")


def _trail(reading: Reading) -> str:
    return " > ".join(crumb.text for crumb in reading.breadcrumb)


def _label(name: str) -> Callable[[Reading], str]:
    def found(reading: Reading) -> str:
        wanted = [label.content.strip() for label in reading.labels if label.name.lower() == name.lower()]
        return next((content for content in wanted if content), "")

    return found


def _names_of_labels(row: str) -> str:
    names = [re.sub(r"\(.*?\)", "", name).strip().lower() for name in row.split(";")]
    return ";".join(sorted({name for name in names if name}))


_EXPECTED_LABELS = frozenset(
    [
        "sitename",
        "sitedomain",
        "siteidcode",
        "columnname",
        "columntype",
        "articletitle",
        "pubdate",
        "contentsource",
    ]
)


def _labels_present(reading: Reading) -> str:
    return ";".join(sorted({label.name.lower() for label in reading.labels} & _EXPECTED_LABELS))


def _kind(row: str, reading: Reading) -> tuple[str, str]:
    accepted = KINDS.get(row)
    if accepted is not None:
        return row, row if reading.kind in accepted else str(reading.kind)
    return row, str(reading.kind)


def _charset(row: str, reading: Reading) -> tuple[str, str]:
    def family(name: str) -> str:
        small = name.lower()
        return "gb18030" if small in GB_FAMILY else small

    return family(row), family(reading.charset.used)


_FIELDS: tuple[tuple[str, str, Callable[[Reading], str], Callable[[str], str]], ...] = (
    ("publish date", "visible_pub_date", _published, lambda text: text[:10]),
    ("newest list date", "newest_list_date", _newest, lambda text: text[:10]),
    ("source", "visible_source", lambda reading: reading.source, _squeezed),
    ("site code", "site_id_code", _mark(MarkKind.SITE_CODE), _squeezed),
    ("ICP number", "icp", _mark(MarkKind.ICP), _squeezed),
    ("police number", "police_no", _mark(MarkKind.POLICE), _squeezed),
    ("breadcrumb", "breadcrumb", _trail, lambda text: text),
    ("label PubDate", "meta_pubdate", _label("PubDate"), lambda text: text),
    ("label SiteIDCode", "meta_siteidcode", _label("SiteIDCode"), lambda text: text),
    ("label SiteName", "meta_sitename", _label("SiteName"), lambda text: text),
    ("label ColumnName", "meta_columnname", _label("ColumnName"), lambda text: text),
    ("label ContentSource", "meta_contentsource", _label("ContentSource"), lambda text: text),
    ("labels present", "labels_present", _labels_present, _names_of_labels),
)


def measure(corpus: Path) -> tuple[dict[str, Count], list[tuple[str, int, float]]]:
    """Counts by field, and file, bytes and best milliseconds of every page."""
    counts: dict[str, Count] = {}
    times: list[tuple[str, int, float]] = []
    with (corpus / "index.csv").open(encoding="utf-8-sig", newline="") as file:
        rows = list(csv.DictReader(file))
    for row in rows:
        body = (corpus / "pages" / row["file"]).read_bytes()
        url = row["original_url"] or UNKNOWN_ADDRESS
        home = row["kind"] == "home"
        best = float("inf")
        for _ in range(REPETITIONS):
            start = perf_counter()
            reading, _links = read_page(body, url, home=home)
            best = min(best, perf_counter() - start)
        times.append((row["file"], len(body), 1000 * best))
        counts.setdefault("kind", Count()).add(row["file"], *_kind(row["kind"], reading))
        counts.setdefault("charset", Count()).add(row["file"], *_charset(row["encoding"], reading))
        for name, column, found, normal in _FIELDS:
            counts.setdefault(name, Count()).add(row["file"], normal(row[column].strip()), found(reading))
    return counts, times


def measure_families(folder: Path, only: str = "") -> list[Row]:
    """Every judged field of every page of the families below ``folder`` (or of the one named)."""
    rows: list[Row] = []
    for name, family, pages in families(folder):
        if only in {"", name}:
            for answer in family.pages:
                rows += compare(f"{name}/{answer.file}", answer, (pages / answer.file).read_bytes())
    return rows


def report_families(rows: list[Row]) -> bool:
    """Print figures by field, then every disagreement; whether the aim is met: no false or wrong date, and 98 % of
    what the pages show is found in every field."""
    by_field: defaultdict[str, Counter[Outcome]] = defaultdict(Counter)
    for row in rows:
        by_field[row.field][row.outcome] += 1
    pages = {row.page.partition(" [")[0] for row in rows}
    print(f"\ntemplate families: {len({page.partition('/')[0] for page in pages})}, pages: {len(pages)}")
    print(f"{'field':<24}{'precision':<22}{'recall':<22}" + "".join(f"{one:<8}" for one in Outcome))
    met = True
    for name, count in by_field.items():
        right, wrong, missed = count[Outcome.RIGHT], count[Outcome.WRONG], count[Outcome.MISSED]
        precision = _share(right, right + wrong + count[Outcome.FALSE])
        recall = _share(right, right + wrong + missed)
        print(f"{name:<24}{precision:<22}{recall:<22}" + "".join(f"{count[one]:<8}" for one in Outcome))
        met = met and right >= WANTED_RECALL * (right + wrong + missed)
        met = met and not (name in DATE_FIELDS and (wrong or count[Outcome.FALSE]))
    for row in sorted(rows, key=lambda one: (one.field, one.page)):
        if row.outcome in {Outcome.WRONG, Outcome.MISSED, Outcome.FALSE}:
            print(
                f"{row.outcome.upper()} {row.field}: {row.page}: expected {row.expected!r}, got {row.got!r}"
            )
    return met


def measure_corpus(corpus: Path) -> bool:
    """Print the figures of the real pages; whether no publish date is wrong or invented."""
    counts, times = measure(corpus)
    print(f"{'field':<22}{'precision':<22}{'recall':<22}{'rightly absent':<15}")
    for name, count in counts.items():
        print(f"{name:<22}{count.precision:<22}{count.recall:<22}{count.absent:<15}")
    for name, count in counts.items():
        for miss in count.misses:
            print(f"MISS {name}: {miss}")
    print("\nfile, KB, ms (best of repeated readings)")
    for file, size, milliseconds in times:
        print(f"{file:<42}{size / 1000:>8.1f}{milliseconds:>8.2f}")
    dates = counts["publish date"]
    return not (dates.wrong or dates.false_alarms)


def main() -> int:
    """Print both measurements; 1 when one of them misses its aim."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument(
        "--corpus", type=Path, default=DEFAULT_CORPUS, help="folder with pages/ and index.csv"
    )
    parser.add_argument("--only", choices=("corpus", "families"), help="leave the other measurement out")
    parser.add_argument("--family", default="", help="only this template family")
    options = parser.parse_args()
    good = True
    if options.only != "families" and not options.family:
        if not (options.corpus / "index.csv").is_file():
            parser.error(f"no index.csv in {options.corpus}")
        good = measure_corpus(options.corpus)
    if options.only != "corpus":
        rows = measure_families(FAMILIES, options.family)
        if not rows:
            parser.error(f"no such family: {options.family}")
        good = report_families(rows) and good
    return 0 if good else 1


if __name__ == "__main__":
    sys.exit(main())
