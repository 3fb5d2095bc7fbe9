from __future__ import annotations

import resource
from contextlib import contextmanager
from typing import TYPE_CHECKING

import pytest

from govaudit.inspection.errors import InputError
from govaudit.reports.formats import FORMATS
from govaudit.reports.write import write_reports
from tests.reports.sample_run import sample_report

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


@contextmanager
def largest_file(size: int) -> Iterator[None]:
    """No file can grow beyond ``size`` bytes: what a full disk does to a writer."""
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, before[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)


def files(folder: Path) -> dict[str, bytes]:
    return {str(one.relative_to(folder)): one.read_bytes() for one in folder.rglob("*") if one.is_file()}


def test_writes_every_format_under_its_public_name(tmp_path: Path) -> None:
    report = sample_report(per_site=3)
    written = write_reports(report, tmp_path / "2026Q4")
    names = {str(path.relative_to(tmp_path / "2026Q4")) for path in written}
    assert names == {
        "index.html",
        "trends.html",
        "findings.json",
        "findings.jsonl",
        "findings.csv",
        "problems.xlsx",
        "summary.md",
        "findings.sarif",
        "junit.xml",
        "circular.html",
        "circular.docx",
        "circular.pdf",
        *(f"sites/{one.site.key}/notice.docx" for one in report.sites if one.findings),
        *(f"sites/{one.site.key}/{name}" for one in report.sites for name in ("index.html", "problems.xlsx")),
    }
    assert set(files(tmp_path / "2026Q4")) == names


def test_writes_only_the_formats_asked_for(tmp_path: Path) -> None:
    written = write_reports(sample_report(per_site=1), tmp_path, ["md", "csv", "md"])
    assert [path.name for path in written] == ["summary.md", "findings.csv"]


def test_an_unknown_format_is_refused_before_anything_is_written(tmp_path: Path) -> None:
    with pytest.raises(InputError) as caught:
        write_reports(sample_report(per_site=1), tmp_path / "new", ["csv", "odt"])
    (problem,) = caught.value.problems
    assert problem.key == "report.unknown-format"
    assert problem.arguments == {"name": "odt", "known": ", ".join(FORMATS)}
    assert not (tmp_path / "new").exists()


@pytest.mark.parametrize("name", sorted(FORMATS))
def test_a_full_disk_leaves_the_earlier_report_whole(tmp_path: Path, name: str) -> None:
    write_reports(sample_report(per_site=2), tmp_path)
    before = files(tmp_path)
    with largest_file(1000), pytest.raises(OSError, match="File too large"):
        write_reports(sample_report(per_site=30), tmp_path, ["md", name] if name != "md" else ["md"])
    assert files(tmp_path) == before


def test_a_folder_that_cannot_be_made_is_an_error(tmp_path: Path) -> None:
    (tmp_path / "reports").write_text("a file")
    with pytest.raises(OSError, match="reports"):
        write_reports(sample_report(per_site=1), tmp_path / "reports" / "2026Q4")


def test_a_file_in_the_way_changes_nothing(tmp_path: Path) -> None:
    (tmp_path / "sites").write_text("a file")
    with pytest.raises(OSError, match="sites"):
        write_reports(sample_report(per_site=1), tmp_path)
    assert files(tmp_path) == {"sites": b"a file"}
