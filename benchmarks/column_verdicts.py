"""How far an inspection's verdicts on the column portal are the expected ones.

    python benchmarks/column_portal.py build DIR && python benchmarks/column_portal.py serve DIR --port 8901 &
    govaudit inspect http://127.0.0.1:8901/ --workspace WS --run portal --as-of 2026-11-22 --allow-private --rate 0 \\
        --max-pages 0 --browser never
    python benchmarks/column_verdicts.py DIR WS/reports/portal/findings.json

A finding belongs to the column whose address its page has or lies below. Only checks that the report was due to run
are compared, so that the portal can wait for checks that are still to be written. Exit code 1: a false, missed or
wrong verdict. ``untold``: a verdict was expected and the inspection says that it could not tell.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections import Counter, defaultdict
from enum import StrEnum
from pathlib import Path
from urllib.parse import urlsplit

import msgspec
import yaml
from msgspec import Struct

_GRAVITY = ("inconclusive", "review", "fail")


class Outcome(StrEnum):
    """What became of one expected verdict."""

    RIGHT = "right"
    FALSE = "false"
    MISSED = "missed"
    WRONG = "wrong"
    UNTOLD = "untold"


class ExpectedColumn(Struct, frozen=True):
    """A column of ``expected.yaml``, as far as it is compared."""

    path: str
    name: str
    plant: str
    verdicts: dict[str, str | None]


class MissingColumns(Struct, frozen=True):
    """COL001."""

    verdict: str
    missing: list[str]


class SiteVerdicts(Struct, frozen=True):
    """What is said of the site as a whole."""

    FRE001: str
    COL001: MissingColumns


class Expected(Struct, frozen=True):
    """``expected.yaml``."""

    site: SiteVerdicts
    columns: list[ExpectedColumn]
    articles: dict[str, list[str]]


class Finding(Struct, frozen=True):
    """A finding of ``findings.json``, as far as it is compared."""

    check: str
    verdict: str
    page: str
    subject: str


class Due(Struct, frozen=True):
    """A check's summary for the site."""

    verdict: str


class InspectedSite(Struct, frozen=True):
    """The site's part of ``findings.json``."""

    checks: dict[str, Due]


class Report(Struct, frozen=True):
    """``findings.json``."""

    sites: list[InspectedSite]
    findings: list[Finding]


class Row(Struct, frozen=True):
    """One verdict beside the expected one."""

    check: str
    subject: str
    outcome: Outcome
    expected: str
    got: str


def compare(expected: Expected, report: Report) -> list[Row]:
    """A row for every verdict that was due, and for every finding on a page of which nothing was expected."""
    due = report.sites[0].checks
    rows = _site_rows(expected, report)
    found = _gravest_by_column(expected, report)
    for column in expected.columns:
        for check, wanted in column.verdicts.items():
            got = found.pop((check, column.path), "")
            if check in due and wanted is not None:
                subject = f"{column.name} ({column.plant}, {column.path})"
                rows.append(Row(check, subject, _outcome(wanted, got), wanted, got or "nothing"))
    rows += [
        Row(check, path, Outcome.FALSE, "nothing", got)
        for (check, path), got in found.items()
        if not path.startswith(("http:", "https:")) and got != "inconclusive"
    ]
    if "FRE005" in due:
        rows += _undated_articles(expected, report)
    return rows


def _outcome(wanted: str, got: str) -> Outcome:
    if wanted in {"pass", "not-applicable"}:
        return Outcome.UNTOLD if got == "inconclusive" else Outcome.FALSE if got else Outcome.RIGHT
    if got == "inconclusive":
        return Outcome.UNTOLD
    return Outcome.RIGHT if got == wanted else Outcome.WRONG if got else Outcome.MISSED


def _site_rows(expected: Expected, report: Report) -> list[Row]:
    due = report.sites[0].checks
    rows = []
    if "FRE001" in due:
        got, wanted = due["FRE001"].verdict, expected.site.FRE001
        rows.append(Row("FRE001", "site", Outcome.RIGHT if got == wanted else Outcome.WRONG, wanted, got))
    if "COL001" in due:
        named = {one.subject for one in report.findings if one.check == "COL001" and one.verdict == "fail"}
        for name in sorted(named | set(expected.site.COL001.missing)):
            wanted = "fail" if name in expected.site.COL001.missing else "pass"
            got = "fail" if name in named else ""
            rows.append(Row("COL001", name, _outcome(wanted, got), wanted, got or "nothing"))
    return rows


def _gravest_by_column(expected: Expected, report: Report) -> dict[tuple[str, str], str]:
    compared = {check for column in expected.columns for check in column.verdicts}
    paths = sorted((column.path for column in expected.columns), key=len, reverse=True)
    found: dict[tuple[str, str], str] = {}
    for finding in report.findings:
        if finding.check not in compared:
            continue
        page = urlsplit(finding.page).path
        key = finding.check, next((path for path in paths if page.startswith(path)), page)
        found[key] = max(found.get(key, finding.verdict), finding.verdict, key=_GRAVITY.index)
    return found


def _undated_articles(expected: Expected, report: Report) -> list[Row]:
    got = {
        urlsplit(one.page).path for one in report.findings if one.check == "FRE005" and one.verdict == "fail"
    }
    wanted = set(expected.articles["FRE005"])
    missed = [Row("FRE005", path, Outcome.MISSED, "fail", "nothing") for path in sorted(wanted - got)]
    return missed + [Row("FRE005", path, Outcome.FALSE, "pass", "fail") for path in sorted(got - wanted)]


def main() -> int:
    """Print figures for each check and every difference."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("portal", type=Path, help="folder that column_portal.py built")
    parser.add_argument("findings", type=Path, help="findings.json of the run")
    options = parser.parse_args()
    expected = msgspec.convert(
        yaml.safe_load((options.portal / "expected.yaml").read_text(encoding="utf-8")), Expected
    )
    report = msgspec.convert(json.loads(options.findings.read_text(encoding="utf-8")), Report)
    rows = compare(expected, report)
    by_check: defaultdict[str, Counter[Outcome]] = defaultdict(Counter)
    for row in rows:
        by_check[row.check][row.outcome] += 1
    print(f"{'check':<10}" + "".join(f"{one:<9}" for one in Outcome))
    for check, count in sorted(by_check.items()):
        print(f"{check:<10}" + "".join(f"{count[one]:<9}" for one in Outcome))
    for row in rows:
        if row.outcome is not Outcome.RIGHT:
            print(f"{row.outcome.upper()} {row.check}: {row.subject}: expected {row.expected}, got {row.got}")
    return 1 if any(row.outcome in {Outcome.FALSE, Outcome.MISSED, Outcome.WRONG} for row in rows) else 0


if __name__ == "__main__":
    sys.exit(main())
