"""How long a large workbook takes: ``python benchmarks/problems_xlsx.py``.

``problems.xlsx`` of a run with 100,000 findings, and those of its sites, are written in a process of their own. The exit
code is 1 when the run's workbook takes 30 s or more, or the process 300 MB or more on top of the findings that it was
given.
"""

from __future__ import annotations

import argparse
import resource
import sys
import tempfile
import time
from pathlib import Path

import openpyxl
from large_reports import large_report

from govaudit.reports.problems_xlsx import write_problems_xlsx

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
        begin, cpu = time.monotonic(), time.process_time()
        files = write_problems_xlsx(report, Path(folder))
        seconds, cpu = time.monotonic() - begin, time.process_time() - cpu
        peak = _megabytes()
        sizes = [file.stat().st_size for file in files]
        rows = _rows(files[0])
    print(f"{given.findings} findings on {given.sites} sites, {rows} rows in the run's workbook of {sizes[0] / 1e6:.1f} MB")
    print(f"all {len(files)} workbooks: {seconds:.1f} s ({cpu:.1f} s CPU), {sum(sizes) / 1e6:.1f} MB")
    print(f"memory: {peak:.0f} MB, of which {held:.0f} MB are the findings and the program")
    return int(seconds >= LIMIT_SECONDS or peak >= LIMIT_MEGABYTES)


def _rows(file: Path) -> int:
    book = openpyxl.load_workbook(file, read_only=True)
    return sum(sheet.max_row or 0 for sheet in book.worksheets)


def _megabytes() -> float:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


if __name__ == "__main__":
    sys.exit(main())
