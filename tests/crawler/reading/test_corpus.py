"""Real pages, where their folder is present: no wrong and no invented date, and the other fields as they were."""

from __future__ import annotations

import os
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[3]
CORPUS = Path(os.environ.get("GOVAUDIT_CORPUS", ROOT.parent / "shared" / "corpus"))
sys.path.insert(0, str(ROOT / "benchmarks"))


@pytest.mark.skipif(not (CORPUS / "index.csv").is_file(), reason="the folder of real pages is not there")
def test_real_pages_are_read_right() -> None:
    from reading_accuracy import measure  # noqa: PLC0415

    counts, _ = measure(CORPUS)
    assert {name: count.misses for name, count in counts.items() if count.misses} == {}
