"""A bundle of evidence is whole or not there, and whatever is done to one is noticed."""

from __future__ import annotations

import hashlib
import io
import json
import os
import resource
import shutil
import stat
import subprocess
import sys
import zipfile
from dataclasses import dataclass
from typing import TYPE_CHECKING

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st
from selectolax.lexbor import LexborHTMLParser

from govaudit.cli.main import main
from govaudit.inspection.errors import GovauditError, InputError
from govaudit.inspection.messages import LANGUAGES, catalogue
from govaudit.inspection.site import Site
from govaudit.inspection.workspace import Settings, Workspace
from govaudit.workflow.bundle import Bundle, bundle_name, bundle_run
from govaudit.workflow.inspect import RunOptions, begin_run, inspect_run
from govaudit.workflow.report import report_run
from govaudit.workflow.run_record import existing_record
from govaudit.workflow.verify_bundle import Verified, shown, verify_bundle
from tests.crawler.crawling import AS_OF, QUICK
from tests.support.http_site import HttpSite, Reply

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

HEAD = "<!DOCTYPE html><meta charset=utf-8><title>页面</title>"
ROUTES = {"/": Reply(body=f"{HEAD}<h1>某市</h1><a href=/a.html>要闻</a><a href=/gone.html>断链</a>")}
FORMATS = ("json", "html", "docx")
COMMAND = [sys.executable, "-c", "from govaudit.cli.main import main; main()"]


@dataclass
class Bundled:
    """A judged and reported run with the bundle of its only site."""

    workspace: Workspace
    file: Path
    digest: str
    run_folder: Path

    def again(self) -> list[Bundle]:
        """Bundled once more, from the reports that there are."""
        papers = [self.file.with_name("index.html"), self.file.with_name("notice.docx")]
        return list(bundle_run(self.workspace, existing_record(self.workspace, "r"), papers))

    def command(
        self, *arguments: str, room: int = 0, language: str = "en"
    ) -> subprocess.CompletedProcess[str]:
        """The program in this workspace; ``room``: bytes beyond which no file may grow."""

        def limit() -> None:
            if room:
                resource.setrlimit(resource.RLIMIT_FSIZE, (room, room))

        return subprocess.run(
            [*COMMAND, *arguments], cwd=self.workspace.root, capture_output=True, text=True, check=False,
            env={**os.environ, "GOVAUDIT_LANG": language}, preexec_fn=limit,
        )  # fmt: skip


@pytest.fixture(scope="module")
def bundled(tmp_path_factory: pytest.TempPathFactory) -> Bundled:
    folder = tmp_path_factory.mktemp("bundled")
    (folder / "govaudit.toml").write_text("screenshots = 0\n")
    workspace = Workspace(folder, Settings(screenshots=0))
    with HttpSite(ROUTES) as site:
        network = msgspec.structs.replace(QUICK, browser="never")
        options = RunOptions(run="r", as_of=AS_OF, network=network, formats=FORMATS)
        record = begin_run(workspace, [Site(url=f"{site.url}/", code="4401000001")], options, listed=True)
        end = inspect_run(workspace, record, options, lambda _: None)
        assert not end.crashes
    (bundle,) = bundle_run(workspace, existing_record(workspace, "r"), end.files)
    return Bundled(workspace, bundle.file, bundle.digest, workspace.run_folder("r"))


def names(file: Path) -> list[str]:
    with zipfile.ZipFile(file) as archive:
        return archive.namelist()


def content(file: Path, name: str) -> bytes:
    with zipfile.ZipFile(file) as archive:
        return archive.read(name)


def rewritten(file: Path, target: Path, change: Callable[[dict[str, bytes]], None]) -> Path:
    """The bundle with other contents."""
    with zipfile.ZipFile(file) as archive:
        contents = {name: archive.read(name) for name in archive.namelist()}
    change(contents)
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in contents.items():
            archive.writestr(name, data)
    return target


def evidence_named(page: str) -> list[str]:
    """How a site's page calls the evidence."""
    return [node.text().partition(" · ")[0] for node in LexborHTMLParser(page).css("p.evidence")]


def relisted(contents: dict[str, bytes], name: str, data: bytes) -> None:
    """Put a file into the bundle and into its manifest, as somebody would who knows how it is made."""
    contents[name] = data
    manifest = json.loads(contents["manifest.json"])
    files = [one for one in manifest["files"] if one["path"] != name]
    files.append({"path": name, "size": len(data), "sha256": hashlib.sha256(data).hexdigest()})
    manifest["files"] = files
    contents["manifest.json"] = json.dumps(manifest).encode()


def wrong(found: Verified) -> set[tuple[str, str]]:
    """What is wrong with which file."""
    return {
        (one.key.removeprefix("bundle."), (one.column or "").rpartition("/")[2]) for one in found.problems
    }


def test_a_bundle_holds_everything_that_proves_the_findings(bundled: Bundled) -> None:
    held = names(bundled.file)
    assert held[:2] == ["findings.json", "profile.json"]
    assert held[-1] == "manifest.json"
    assert {"index.html", "notice.docx", "evidence/4401000001/responses.warc.gz"} <= set(held)
    assert {"evidence/4401000001/responses.cdxj", "evidence/4401000001/SHA256SUMS"} <= set(held)
    findings = json.loads(content(bundled.file, "findings.json"))
    assert findings["findings"]
    assert {piece["path"] for one in findings["findings"] for piece in one["evidence"]} <= set(held)
    assert {"网页应答存档（WARC）", "访问记录"} <= set(
        evidence_named(content(bundled.file, "index.html").decode())
    )
    manifest = json.loads(content(bundled.file, "manifest.json"))
    assert (manifest["run"], manifest["site"]["code"]) == ("r", "4401000001")
    assert manifest["profile"] == findings["run"]["profiles"]
    profile = hashlib.sha256(content(bundled.file, "profile.json")).hexdigest()
    assert list(manifest["profile"].values()) == [f"sha256:{profile}"]


def test_a_bundle_is_whole_and_known_by_the_hash_of_its_manifest(bundled: Bundled) -> None:
    found = verify_bundle(bundled.file, f"sha256:{bundled.digest}")
    assert found.problems == []
    assert found.digest == bundled.digest
    assert found.digest == hashlib.sha256(content(bundled.file, "manifest.json")).hexdigest()
    assert found.files == len(names(bundled.file)) - 1
    assert found.records > 4


def test_reported_again_a_bundle_is_the_same(bundled: Bundled) -> None:
    before = bundled.file.read_bytes()
    record = existing_record(bundled.workspace, "r")
    written = report_run(bundled.workspace, record, FORMATS)
    (bundle,) = bundle_run(bundled.workspace, record, written, ["4401000001"])
    assert bundle.file.read_bytes() == before


def test_a_paper_that_an_earlier_report_left_does_not_go_along(bundled: Bundled) -> None:
    record = existing_record(bundled.workspace, "r")
    written = report_run(bundled.workspace, record, ("json", "html"))
    (bundle,) = bundle_run(bundled.workspace, record, written)
    assert set(names(bundle.file)) & {"index.html", "notice.docx"} == {"index.html"}
    assert verify_bundle(bundle.file).problems == []
    assert bundled.again()[0].digest == bundled.digest


def test_a_changed_file_is_named(bundled: Bundled, tmp_path: Path) -> None:
    def change(contents: dict[str, bytes]) -> None:
        contents["index.html"] = contents["index.html"].replace("断链".encode(), "好链".encode())

    found = verify_bundle(rewritten(bundled.file, tmp_path / "b.zip", change))
    assert wrong(found) == {("changed", "index.html")}


def test_a_longer_a_missing_and_an_additional_file_are_named(bundled: Bundled, tmp_path: Path) -> None:
    def change(contents: dict[str, bytes]) -> None:
        contents["index.html"] += b" "
        del contents["notice.docx"]
        contents["more.html"] = b"x"

    found = verify_bundle(rewritten(bundled.file, tmp_path / "b.zip", change))
    assert wrong(found) == {
        ("other-size", "index.html"), ("missing", "notice.docx"), ("additional", "more.html"),
    }  # fmt: skip


def test_a_manifest_made_to_fit_is_told_by_its_hash(bundled: Bundled, tmp_path: Path) -> None:
    file = rewritten(bundled.file, tmp_path / "b.zip", lambda all_: relisted(all_, "index.html", b"<p>fine"))
    assert verify_bundle(file).problems == []
    assert wrong(verify_bundle(file, bundled.digest)) == {("other-manifest", "manifest.json")}


def test_findings_made_to_fit_still_have_to_fit_their_evidence(bundled: Bundled, tmp_path: Path) -> None:
    def change(contents: dict[str, bytes]) -> None:
        name = next(one for one in contents if one.endswith("-headers.txt"))
        relisted(contents, name, b"status: 200\n")

    found = verify_bundle(rewritten(bundled.file, tmp_path / "b.zip", change))
    assert {key for key, _ in wrong(found)} == {"other-evidence"}


def test_findings_of_another_run_and_another_rule_book_are_told(bundled: Bundled, tmp_path: Path) -> None:
    def change(contents: dict[str, bytes]) -> None:
        findings = json.loads(contents["findings.json"])
        findings["run"]["id"] = "another"
        relisted(contents, "findings.json", json.dumps(findings).encode())
        relisted(contents, "profile.json", b"{}")

    found = verify_bundle(rewritten(bundled.file, tmp_path / "b.zip", change))
    assert wrong(found) == {("other-findings", "findings.json"), ("other-profile", "profile.json")}


WARC = "evidence/4401000001/responses.warc.gz"


def recompressed(data: bytes, old: bytes, new: bytes) -> bytes:
    """A WARC with other words in its records."""
    import gzip  # noqa: PLC0415 - here alone
    import zlib  # noqa: PLC0415

    result = b""
    while data:
        unpacker = zlib.decompressobj(31)
        result += gzip.compress(unpacker.decompress(data).replace(old, new), mtime=0)
        data = unpacker.unused_data
    return result


def test_a_response_that_was_changed_is_told_whatever_the_manifest_says(
    bundled: Bundled, tmp_path: Path
) -> None:
    def change(contents: dict[str, bytes]) -> None:
        relisted(contents, WARC, recompressed(contents[WARC], "某市".encode(), "他市".encode()))

    found = verify_bundle(rewritten(bundled.file, tmp_path / "b.zip", change))
    assert ("warc-digest", "responses.warc.gz") in wrong(found)
    assert any("digest failed" in str(one.arguments.get("why")) for one in found.problems)


def test_an_index_that_leads_nowhere_is_told(bundled: Bundled, tmp_path: Path) -> None:
    name = WARC.replace(".warc.gz", ".cdxj")

    def change(contents: dict[str, bytes]) -> None:
        lines = contents[name].splitlines(keepends=True)
        lines[1] = lines[1].replace(b'"offset": "', b'"offset": "1')
        relisted(contents, name, b"".join(lines) + b"rubbish\n")

    found = verify_bundle(rewritten(bundled.file, tmp_path / "b.zip", change))
    assert wrong(found) == {("index", "responses.cdxj")}
    last = len(content(bundled.file, name).splitlines()) + 1
    assert [one.arguments["line"] for one in found.problems] == [2, last]


@pytest.mark.parametrize("damage", [b"", b"no archive", b"\x1f\x8b\x08\x00rubbish"])
def test_a_damaged_file_of_responses_is_told(bundled: Bundled, tmp_path: Path, damage: bytes) -> None:
    def change(contents: dict[str, bytes]) -> None:
        relisted(contents, WARC, contents[WARC][:900] + damage)

    found = verify_bundle(rewritten(bundled.file, tmp_path / "b.zip", change))
    assert {"warc-damaged", "warc-digest"} & {key for key, _ in wrong(found)}


@pytest.mark.parametrize(
    "name",
    ["../out.txt", "/etc/passwd", "C:/x", "a\\..\\x", "a/../b", "a//b", "./a", "a\u202etxt.exe", "a\nb"],
)
def test_names_that_lead_out_or_deceive_are_refused(bundled: Bundled, tmp_path: Path, name: str) -> None:
    file = rewritten(bundled.file, tmp_path / "b.zip", lambda all_: relisted(all_, name, b"x"))
    found = verify_bundle(file)
    assert "unsafe-name" in {key for key, _ in wrong(found)}
    told = [
        catalogue("inspection", "en").text(f"errors.{one.key}", **one.arguments) for one in found.problems
    ]
    assert all(text.isprintable() for text in told)
    assert all((one.column or "").isprintable() for one in found.problems)


@given(st.text(max_size=300))
def test_what_is_shown_of_a_name_can_be_shown(name: str) -> None:
    assert shown(name).isprintable()
    assert len(shown(name)) <= 120


@given(
    st.text(st.characters(exclude_categories=["Cs"]), min_size=1),
    st.text(st.characters(exclude_categories=["Cs"])),
)
def test_a_bundle_is_named_so_that_it_stays_in_its_folder(run: str, key: str) -> None:
    name = bundle_name(run, key)
    assert not set(name) & set('/\\\0"<>|?*\n')
    assert name.startswith("evidence-")
    assert name.endswith(".zip")


def test_links_and_doubled_and_encrypted_files_are_refused(bundled: Bundled, tmp_path: Path) -> None:
    file = tmp_path / "b.zip"
    shutil.copyfile(bundled.file, file)
    with zipfile.ZipFile(file, "a") as archive:
        link = zipfile.ZipInfo("link.html")
        link.external_attr = (stat.S_IFLNK | 0o777) << 16
        archive.writestr(link, "/etc/passwd")
        with pytest.warns(UserWarning, match="Duplicate"):
            archive.writestr("index.html", "x")
        archive.writestr("secret.html", "x")
    data = bytearray(file.read_bytes())
    place = data.rindex(b"PK\x01\x02", 0, data.rindex(b"secret.html"))
    data[place + 8] |= 1
    file.write_bytes(data)
    assert {("unsafe-name", "link.html"), ("twice", "index.html"), ("encrypted", "secret.html")} <= wrong(
        verify_bundle(file)
    )


def test_a_bomb_is_not_unpacked(bundled: Bundled, tmp_path: Path) -> None:
    flood = bytes(50_000_000)
    found = verify_bundle(
        rewritten(bundled.file, tmp_path / "b.zip", lambda all_: relisted(all_, "flood.html", flood))
    )
    assert ("bomb", "flood.html") in wrong(found)


def test_a_file_that_holds_more_than_it_says_is_not_read_on(bundled: Bundled, tmp_path: Path) -> None:
    file = rewritten(
        bundled.file, tmp_path / "b.zip", lambda all_: relisted(all_, "longer.html", os.urandom(5000))
    )
    data = bytearray(file.read_bytes())
    place = data.rindex(b"PK\x01\x02", 0, data.rindex(b"longer.html"))
    data[place + 24 : place + 28] = (10).to_bytes(4, "little")
    file.write_bytes(data)
    assert ("other-size", "longer.html") in wrong(verify_bundle(file))


@pytest.mark.parametrize("cut", [0, 10, 0.5])
def test_what_is_no_bundle_is_told_in_a_line(bundled: Bundled, tmp_path: Path, cut: float) -> None:
    file = tmp_path / "b.zip"
    whole = bundled.file.read_bytes()
    file.write_bytes(whole[: int(cut * len(whole)) if 0 < cut < 1 else int(cut)])
    assert wrong(verify_bundle(file)) == {("no-zip", "")}
    assert wrong(verify_bundle(tmp_path / "none.zip")) == {("unreadable", "")}


def test_a_manifest_that_is_none_is_told(bundled: Bundled, tmp_path: Path) -> None:
    def broken(contents: dict[str, bytes]) -> None:
        contents["manifest.json"] = b'{"schema": "govaudit.bundle/2"}'

    assert wrong(verify_bundle(rewritten(bundled.file, tmp_path / "b.zip", broken))) == {
        ("bad-manifest", "manifest.json")
    }
    file = rewritten(bundled.file, tmp_path / "c.zip", lambda all_: all_.__delitem__("manifest.json"))
    assert wrong(verify_bundle(file)) == {("no-manifest", "")}


@given(st.binary(max_size=400), st.integers(min_value=0))
def test_no_bytes_make_it_fail(bundled: Bundled, rubbish: bytes, place: int) -> None:
    whole = bundled.file.read_bytes()
    at = place % len(whole)
    file = bundled.workspace.root / "rubbish.zip"
    file.write_bytes(whole[:at] + rubbish + whole[at + len(rubbish) :])
    found = verify_bundle(file, bundled.digest)
    for language in LANGUAGES:
        for one in found.problems:
            assert catalogue("inspection", language).text(f"errors.{one.key}", **one.arguments)


def test_evidence_that_is_gone_is_told_in_the_manifest(bundled: Bundled, tmp_path: Path) -> None:
    file = next(bundled.run_folder.glob("evidence/*/*-headers.txt"))
    kept = file.read_bytes()
    file.unlink()
    try:
        (bundle,) = bundled.again()
        assert [(one.path.rpartition("/")[2], one.why) for one in bundle.absent] == [(file.name, "missing")]
        found = verify_bundle(bundle.file)
        assert found.problems == []
        assert file.name in found.absent[0]
    finally:
        file.write_bytes(kept)
        assert len(bundled.again()) == 1


def test_evidence_that_was_changed_is_not_bundled(bundled: Bundled) -> None:
    before = bundled.file.read_bytes()
    file = next(bundled.run_folder.glob("evidence/*/*-headers.txt"))
    kept = file.read_bytes()
    file.write_bytes(kept + b" ")
    try:
        with pytest.raises(InputError, match=r"bundle\.evidence-changed"):
            bundled.again()
        assert bundled.file.read_bytes() == before
        assert not list(bundled.file.parent.glob(".*"))
    finally:
        file.write_bytes(kept)


def test_without_room_there_is_a_line_and_the_old_bundle(bundled: Bundled) -> None:
    before = bundled.file.read_bytes()
    limits = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (len(before) - 1, limits[1]))
    try:
        with pytest.raises(GovauditError, match=r"file\.cannot-write") as told:
            bundled.again()
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, limits)
    assert [one.where for one in told.value.problems] == [str(bundled.file)]
    assert bundled.file.read_bytes() == before
    assert not list(bundled.file.parent.glob(".*"))


def test_a_report_without_room_ends_in_a_line(bundled: Bundled) -> None:
    page = bundled.file.with_name("index.html").stat().st_size
    end = bundled.command("report", "--run", "r", "--formats", "html", "--bundle", room=page - 1)
    assert (end.returncode, len(end.stderr.splitlines())) == (4, 1)
    assert end.stderr.startswith("error: ")


def test_a_kill_leaves_no_half_bundle(bundled: Bundled) -> None:
    before = bundled.file.read_bytes()
    file = next(bundled.run_folder.glob("evidence/*/*-headers.txt"))
    kept = file.read_bytes()
    with file.open("r+b") as long:
        long.truncate(4_000_000_000)
    command = [*COMMAND, "report", "--run", "r", "--formats", "json", "--bundle"]
    try:
        process = subprocess.Popen(command, cwd=bundled.workspace.root)
        while process.poll() is None and not list(bundled.file.parent.glob(".evidence*")):
            os.sched_yield()
        process.kill()
        assert process.wait() < 0
        assert list(bundled.file.parent.glob(".evidence*"))
        assert bundled.file.read_bytes() == before
    finally:
        file.write_bytes(kept)
    end = bundled.command("report", "--run", "r", "--formats", "json", "--bundle")
    assert end.returncode == 0, end.stderr
    assert bundled.file.read_bytes() == before
    assert not list(bundled.file.parent.glob(".evidence*"))


def test_the_commands_print_files_and_hashes_and_exit_by_contract(
    bundled: Bundled, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(bundled.workspace.root)

    def called(*arguments: str) -> tuple[int, str, str]:
        monkeypatch.setattr(sys, "argv", ["govaudit", *arguments])
        with pytest.raises(SystemExit) as end:
            main()
        said = capsys.readouterr()
        return int(end.value.code or 0), said.out, said.err

    file = str(bundled.file)
    code, out, err = called("report", "--run", "r", "--formats", "json", "--bundle", "--site", "4401000001")
    assert (code, out.splitlines()[-1]) == (0, file)
    assert bundled.digest in err
    assert called("verify", file, "--sha256", bundled.digest)[:2] == (0, f"{bundled.digest}  {file}\n")
    broken = str(rewritten(bundled.file, tmp_path / "b.zip", lambda all_: relisted(all_, "index.html", b"x")))
    assert called("verify", broken, "--sha256", bundled.digest)[:2] == (2, "")
    code, out, err = called("verify", "none.zip", file)
    assert (code, out) == (2, f"{bundled.digest}  {file}\n")
    assert "none.zip" in err.splitlines()[0]
    for arguments in (["verify"], ["verify", file, "--sha256", "12"], ["report", "--site", "4401000001"]):
        assert called(*arguments)[:2] == (2, "")
    code, _, err = called("report", "--run", "r", "--formats", "json", "--bundle", "--site", "none")
    assert (code, "4401000001" in err) == (2, True)


def test_the_bundle_opens_as_any_zip(bundled: Bundled) -> None:
    with zipfile.ZipFile(io.BytesIO(bundled.file.read_bytes())) as archive:
        assert archive.testzip() is None
        assert {info.date_time[:3] for info in archive.infolist()} == {(2026, 11, 22)}
