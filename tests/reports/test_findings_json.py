from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import msgspec
import pytest

from govaudit.inspection.verdict import Kind
from govaudit.reports.findings_json import FindingsDocument, json_schema, write_findings_json
from tests.reports.sample_run import DEPARTMENT, DISABLED, HOSTILE, PORTAL, SILENT, sample_report

SCHEMA_FILE = Path(__file__).parents[2] / "docs" / "findings.schema.json"

TOP = {"schema", "tool", "run", "sites", "findings"}
RUN = {"id", "as_of", "started_at", "finished_at", "partial", "profiles"}
SITE = {
    "code", "name", "url", "profile", "result", "reason", "provisional", "provisional_reviews", "undecided",
    "score", "vetoes", "coverage", "checks",
}  # fmt: skip
FINDING = {
    "id", "check", "verdict", "kind", "effects", "rule_version", "measured_at", "site", "page", "subject",
    "locator", "column", "expected", "observed", "message", "fix", "clause", "points", "reason", "state",
    "first_seen", "last_seen", "occurrences", "evidence", "no_picture",
    "deadline", "remark", "remark_by",
}  # fmt: skip


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("json")
    write_findings_json(sample_report(), folder)
    return folder


@pytest.fixture(scope="module")
def content(folder: Path) -> dict[str, Any]:
    read: dict[str, Any] = json.loads((folder / "findings.json").read_text(encoding="utf-8"))
    return read


def test_has_exactly_the_fields_of_the_public_format(content: dict[str, Any]) -> None:
    assert content.keys() == TOP
    assert content["schema"] == "govaudit.findings/1"
    assert content["tool"] == {"name": "govaudit", "version": "0.1.0"}
    assert content["run"].keys() == RUN
    assert content["run"]["as_of"] == "2026-11-22T09:00:00+08:00"
    assert content["run"]["profiles"]["gov-2019"].startswith("sha256:")
    for site in content["sites"]:
        assert site.keys() == SITE
        assert site["coverage"].keys() == {
            "discovered", "visited", "skipped", "failed", "inconclusive", "flapping",
        }  # fmt: skip
        assert site["coverage"]["skipped"].keys() >= {"robots", "budget", "scope"}
    for finding in content["findings"]:
        assert finding.keys() == FINDING
        assert finding["locator"].keys() == {"xpath", "line", "text", "heading"}
        assert finding["occurrences"].keys() == {"count", "pages"}
        assert all(one.keys() == {"profile", "row", "kind", "points"} for one in finding["effects"])
        assert all(one.keys() == {"kind", "path", "sha256"} for one in finding["evidence"])


def test_reads_back_strictly(folder: Path) -> None:
    document = msgspec.json.decode((folder / "findings.json").read_bytes(), type=FindingsDocument)
    assert len(document.findings) == 80
    with pytest.raises(msgspec.ValidationError, match="unknown field"):
        msgspec.json.decode(b'{"schema": "govaudit.findings/1", "more": 1}', type=FindingsDocument)


def test_published_schema_is_the_one_of_the_code() -> None:
    published = json.loads(SCHEMA_FILE.read_text(encoding="utf-8"))
    assert published == json.loads(json.dumps(json_schema()))
    assert published["$defs"]["FindingEntry"]["required"] == list(
        published["$defs"]["FindingEntry"]["properties"]
    )
    assert published["$defs"]["FindingEntry"]["properties"].keys() == FINDING
    assert published["$defs"]["SiteEntry"]["additionalProperties"] is False


def test_every_site_of_the_list_is_there_with_its_result(content: dict[str, Any]) -> None:
    results = {site["code"]: site["result"] for site in content["sites"]}
    assert list(results.items()) == [
        (PORTAL.key, "qualified"),
        (DEPARTMENT.key, "unqualified"),
        (SILENT.key, "inconclusive"),
        (DISABLED.key, "not-inspected"),
    ]
    assert content["sites"][2]["reason"].startswith("timeout")


def test_only_a_portal_without_veto_has_a_score(content: dict[str, Any]) -> None:
    portal, department, silent, _ = content["sites"]
    assert portal["score"] == {
        "deducted": 1.5, "total": 98.5, "bonus": 0, "complete": False, "manual_open": ["FUN-marks"],
    }  # fmt: skip
    assert department["score"] is None
    assert department["vetoes"]
    assert silent["score"] is None


def test_order_is_the_list_then_gravity_then_check_and_subject(content: dict[str, Any]) -> None:
    gravity = {kind.value: place for place, kind in enumerate(Kind)}
    sites = [site["code"] for site in content["sites"]]
    places = [
        (sites.index(one["site"]), gravity[one["kind"]], one["check"], one["subject"])
        for one in content["findings"]
    ]
    assert places == sorted(places)


def test_occurrences_show_twenty_pages_and_count_all(content: dict[str, Any]) -> None:
    many = [one["occurrences"] for one in content["findings"] if one["occurrences"]["count"] == 35]
    assert many
    assert all(len(one["pages"]) == 20 for one in many)
    assert all(one["pages"][0].endswith("/0.html") for one in many)


def test_hostile_text_is_kept_as_it_is(content: dict[str, Any]) -> None:
    subjects = {one["subject"] for one in content["findings"]}
    assert subjects & set(HOSTILE)
    assert any(HOSTILE[0] in one["message"] for one in content["findings"])
    assert not any(
        "{" + name + "}" in one["message"] for one in content["findings"] for name in ("text", "count")
    )


def test_lines_hold_the_same_findings(folder: Path, content: dict[str, Any]) -> None:
    lines = (folder / "findings.jsonl").read_text(encoding="utf-8").split("\n")
    assert lines.pop() == ""
    assert [json.loads(line) for line in lines] == content["findings"]


def test_same_run_same_bytes(folder: Path, tmp_path: Path) -> None:
    write_findings_json(sample_report(), tmp_path)
    assert (tmp_path / "findings.json").read_bytes() == (folder / "findings.json").read_bytes()


def test_english_texts(tmp_path: Path) -> None:
    write_findings_json(sample_report("en", per_site=3), tmp_path)
    read = json.loads((tmp_path / "findings.json").read_text(encoding="utf-8"))
    assert all(one["fix"].isascii() or "“" in one["fix"] or "’" in one["fix"] for one in read["findings"])
