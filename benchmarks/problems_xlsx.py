"""How long a large workbook takes: ``python benchmarks/problems_xlsx.py``.

``problems.xlsx`` of a run with 100,000 findings is written (100,000 rows in the sheets of the classes, 200,000 in that
of the pages), then those of its sites. The exit code is 1 when the run's workbook takes 30 s of processor time or more,
or 300 MB or more on top of the findings themselves.
"""

from __future__ import annotations

import argparse
import resource
import sys
import tempfile
import time
from pathlib import Path

import openpyxl

from govaudit.reports.problems_xlsx import write_problems_xlsx, write_workbook
from govaudit.reports.texts import Texts
from large_reports import large_report

LIMIT_SECONDS = 30
LIMIT_MEGABYTES = 300


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--findings", type=int, default=100_000)
    parser.add_argument("--sites", type=int, default=300)
    given = parser.parse_args()
    report = large_report(given.sites, given.findings)
    held = _megabytes()
    with tempfile.TemporaryDirectory(prefix="problems-xlsx-") as folder:
        book = Path(folder) / "problems.xlsx"
        begin, cpu = time.monotonic(), time.process_time()
        write_workbook(report, report.sites, book, Texts("zh-CN"), whole_run=True)
        seconds, cpu = time.monotonic() - begin, time.process_time() - cpu
        more = _megabytes() - held
        print(
            f"{given.findings} findings on {given.sites} sites, {_rows(book)} rows, {book.stat().st_size / 1e6:.1f} MB"
        )
        print(
            f"the run's workbook: {cpu:.1f} s of processor time ({seconds:.1f} s), {more:.0f} MB beside {held:.0f} MB"
        )
        all_of_them = time.process_time()
        files = write_problems_xlsx(report, Path(folder))
        print(f"all {len(files)} workbooks: {time.process_time() - all_of_them:.1f} s of processor time")
    return int(cpu >= LIMIT_SECONDS or more >= LIMIT_MEGABYTES)


def _rows(file: Path) -> int:
    book = openpyxl.load_workbook(file, read_only=True)
    return sum(sheet.max_row or 0 for sheet in book.worksheets)


def _megabytes() -> float:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


if __name__ == "__main__":
    sys.exit(main())
