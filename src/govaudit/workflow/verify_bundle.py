"""Check a bundle of evidence: names, sizes and hashes of its files, and the digests inside. Nothing is unpacked."""

from __future__ import annotations

import hashlib
import io
import json
import re
import stat
import unicodedata
import zipfile
import zlib
from contextlib import redirect_stderr
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import msgspec

from govaudit.inspection.errors import Problem
from govaudit.reports.findings_json import FindingsDocument
from govaudit.workflow.bundle import FINDINGS, MANIFEST, PROFILE, Manifest

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path
    from typing import IO

    from govaudit.workflow.bundle import BundledFile

_CHUNK = 1 << 20
_MOST_FILES = 200_000
_MOST_BYTES = 8_000_000_000
_MOST_IN_MEMORY = 256_000_000
_MOST_OF_WARC = 512_000_000
_MOST_RATIO = 200
"""How many times smaller than itself an honest file may become; what is beyond was made to flood the disk."""
_SMALL = 1_000_000
_LONGEST_NAME = 400
_SHOWN = 120
_DRIVE = re.compile(r"[A-Za-z]:")


@dataclass(slots=True)
class Verified:
    """What was found. ``digest``: SHA-256 of the manifest; ``records``: of the WARCs; ``absent``: files that the bundle
    itself says it lacks, with the reason."""

    file: Path
    digest: str = ""
    files: int = 0
    records: int = 0
    absent: tuple[str, ...] = ()
    problems: list[Problem] = field(default_factory=list)

    def object_to(self, key: str, name: str = "", **arguments: str | int) -> None:
        """Note something that is wrong with a file of the bundle, or with the bundle."""
        self.problems.append(Problem(f"bundle.{key}", str(self.file), None, shown(name) or None, arguments))


def verify_bundle(file: Path, digest: str = "") -> Verified:
    """Check the bundle in ``file``; ``digest``: the SHA-256 that its manifest is known to have. Never raises for what
    the file holds."""
    found = Verified(file)
    try:
        with zipfile.ZipFile(file) as archive:
            _verify(archive, found, digest.lower().removeprefix("sha256:"))
    except OSError as error:
        found.object_to("unreadable", why=error.strerror or str(error))
    except (zipfile.BadZipFile, NotImplementedError, ValueError) as error:
        found.object_to("no-zip", why=shown(str(error)))
    return found


def shown(text: str) -> str:
    """A name out of a file that nobody vouches for, so that a terminal can show it."""
    safe = _printable(text)
    return safe if len(safe) <= _SHOWN else f"{safe[: _SHOWN - 1]}…"


def _printable(text: str) -> str:
    """``text`` without control characters and marks that turn the direction of writing."""
    return "".join(
        one if one.isprintable() and unicodedata.category(one) != "Cf" else "\ufffd" for one in text
    )


def _verify(archive: zipfile.ZipFile, found: Verified, digest: str) -> None:
    entries = _entries(archive, found)
    manifest = _manifest(archive, entries, found, digest)
    if manifest is None:
        return
    good = _whole_files(archive, entries, manifest, found)
    if FINDINGS in good:
        _check_findings(archive, entries[FINDINGS], manifest, found)
    for name in sorted(good):
        if name.endswith(".warc.gz"):
            _check_warc(archive, entries, name, name.removesuffix(".warc.gz") + ".cdxj", found)


def _whole_files(
    archive: zipfile.ZipFile, entries: dict[str, zipfile.ZipInfo], manifest: Manifest, found: Verified
) -> set[str]:
    """The files that are there as the manifest says; the others are told."""
    listed = {one.path: one for one in manifest.files}
    if len(listed) != len(manifest.files):
        found.object_to("bad-manifest", MANIFEST, why="files")
    for name in sorted({*listed, FINDINGS} - set(entries)):
        found.object_to("missing", name)
    for name in sorted(set(entries) - set(listed) - {MANIFEST}):
        found.object_to("additional", name)
    there = sorted(set(entries) & set(listed))
    good = {name for name in there if _is_whole(archive, entries[name], listed[name], found)}
    if PROFILE in good and f"sha256:{listed[PROFILE].sha256}" not in manifest.profile.values():
        found.object_to("other-profile", PROFILE)
    found.absent = tuple(f"{shown(one.path)} ({shown(one.why)})" for one in manifest.absent)
    found.files = len(good)
    return good


def _entries(archive: zipfile.ZipFile, found: Verified) -> dict[str, zipfile.ZipInfo]:
    """The files that may be looked into; everything else is told."""
    infos = archive.infolist()
    if len(infos) > _MOST_FILES or sum(one.file_size for one in infos) > _MOST_BYTES:
        found.object_to("too-large", most=_MOST_BYTES)
        return {}
    entries: dict[str, zipfile.ZipInfo] = {}
    for info in infos:
        # What follows a NUL is cut off by zipfile: the name as written is what other programs may go by.
        written = info.orig_filename
        if info.is_dir() and not info.file_size and _is_safe(written.removesuffix("/")):
            continue
        if not _is_safe(written) or stat.S_ISLNK(info.external_attr >> 16):
            found.object_to("unsafe-name", written)
        elif written in entries:
            found.object_to("twice", written)
        elif info.flag_bits & 1:
            found.object_to("encrypted", written)
        elif info.file_size > _SMALL and info.file_size > _MOST_RATIO * info.compress_size:
            found.object_to("bomb", written)
        else:
            entries[written] = info
    return entries


def _is_safe(name: str) -> bool:
    """Whether a name stays in the folder that a bundle is unpacked to, on any system, and is what it looks like."""
    if len(name) > _LONGEST_NAME or _printable(name) != name or "\\" in name or _DRIVE.match(name):
        return False
    return all(part not in {"", ".", ".."} for part in name.split("/"))


def _manifest(
    archive: zipfile.ZipFile, entries: dict[str, zipfile.ZipInfo], found: Verified, digest: str
) -> Manifest | None:
    if MANIFEST not in entries:
        found.object_to("no-manifest")
        return None
    content = _content(archive, entries[MANIFEST], found)
    if content is None:
        return None
    found.digest = hashlib.sha256(content).hexdigest()
    if digest and found.digest != digest:
        found.object_to("other-manifest", MANIFEST, found=found.digest)
    try:
        return msgspec.json.decode(content, type=Manifest)
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        found.object_to("bad-manifest", MANIFEST, why=shown(str(error)))
        return None


def _content(archive: zipfile.ZipFile, info: zipfile.ZipInfo, found: Verified) -> bytes | None:
    """The whole of a file that is read in one piece; ``None``, and told, when it cannot be."""
    if info.file_size > _MOST_IN_MEMORY:
        found.object_to("bomb", info.orig_filename)
        return None
    content = bytearray()
    try:
        for chunk in _chunks(archive, info):
            content += chunk
    except _BROKEN as error:
        found.object_to("damaged", info.orig_filename, why=shown(str(error)))
        return None
    return bytes(content)


_BROKEN = (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, RuntimeError, ValueError)


def _chunks(archive: zipfile.ZipFile, info: zipfile.ZipInfo) -> Iterator[bytes]:
    """What a file holds, never more than it says it does."""
    left = info.file_size
    with archive.open(info) as source:
        while chunk := source.read(min(_CHUNK, left + 1)):
            left -= len(chunk)
            if left < 0:
                raise zipfile.BadZipFile(f"more than {info.file_size} bytes")
            yield chunk


def _is_whole(archive: zipfile.ZipFile, info: zipfile.ZipInfo, listed: BundledFile, found: Verified) -> bool:
    """Whether a file is what the manifest says."""
    name = info.orig_filename
    if info.file_size != listed.size:
        found.object_to("other-size", name, size=listed.size, found=info.file_size)
        return False
    hashed = hashlib.sha256()
    try:
        for chunk in _chunks(archive, info):
            hashed.update(chunk)
    except _BROKEN as error:
        found.object_to("damaged", name, why=shown(str(error)))
        return False
    if hashed.hexdigest() != listed.sha256.lower():
        found.object_to("changed", name)
        return False
    return True


def _check_findings(
    archive: zipfile.ZipFile, info: zipfile.ZipInfo, manifest: Manifest, found: Verified
) -> None:
    """Whether the findings are of this site and run, and every file that they name is there as they name it."""
    content = _content(archive, info, found)
    if content is None:
        return
    try:
        document = msgspec.json.decode(content, type=FindingsDocument)
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        found.object_to("bad-findings", FINDINGS, why=shown(str(error)))
        return
    codes = [one.code for one in document.sites]
    if codes != [manifest.site.get("code")] or document.run.id != manifest.run:
        found.object_to("other-findings", FINDINGS)
    absent = {one.path for one in manifest.absent}
    hashes = {one.path: one.sha256 for one in manifest.files}
    named = {(piece.path, piece.sha256) for one in document.findings for piece in one.evidence if piece.path}
    for path, digest in sorted(named):
        if path not in absent and hashes.get(path) != digest:
            found.object_to("other-evidence", path)


def _check_warc(
    archive: zipfile.ZipFile, entries: dict[str, zipfile.ZipInfo], name: str, index: str, found: Verified
) -> None:
    """The digests of all records, and whether the index beside the file leads to them."""
    places: dict[int, tuple[int, str, str]] = {}
    try:
        with archive.open(entries[name]) as source:
            _refuse_flood(source)
        with archive.open(entries[name]) as source, redirect_stderr(io.StringIO()) as told:
            problems = _records(source, places)
        if told.getvalue():
            problems.append(told.getvalue().strip().splitlines()[0])
    except Exception as error:  # noqa: BLE001 - the reader of records ends in many ways on what is no WARC
        found.object_to("warc-damaged", name, why=shown(str(error) or type(error).__name__))
        return
    found.records += len(places)
    for problem in problems:
        found.object_to("warc-digest", name, why=shown(problem))
    if index in entries:
        content = _content(archive, entries[index], found)
        for number, line in enumerate((content or b"").decode(errors="replace").splitlines(), 1):
            if not _leads_to(line, places):
                found.object_to("index", index, line=number)


def _refuse_flood(source: IO[bytes]) -> None:
    """Raises ``ValueError`` for what unpacks to more than a WARC of ours holds."""
    total = 0
    unpacker = zlib.decompressobj(zlib.MAX_WBITS + 16)
    while chunk := source.read(1 << 16):
        while chunk:
            total += len(unpacker.decompress(chunk, _CHUNK))
            chunk = unpacker.unconsumed_tail or unpacker.unused_data
            if total > _MOST_OF_WARC:
                raise ValueError(f"more than {_MOST_OF_WARC} bytes")
            if unpacker.eof:
                unpacker = zlib.decompressobj(zlib.MAX_WBITS + 16)


def _records(source: IO[bytes], places: dict[int, tuple[int, str, str]]) -> list[str]:
    """Read all records. Fills offset → length, address and digest of each; returns what is wrong with digests."""
    from warcio.archiveiterator import ArchiveIterator  # noqa: PLC0415 - rarely needed

    problems = []
    records = ArchiveIterator(source, check_digests=True)
    for record in records:
        while record.raw_stream.read(_CHUNK):
            pass
        headers = record.rec_headers
        number = headers.get_header("WARC-Record-ID") or ""
        problems += [f"{number} {one}" for one in record.digest_checker.problems]
        if record.rec_type != "revisit" and record.digest_checker.passed is None:
            problems.append(f"{number} has no digest")
        places[records.get_record_offset()] = (
            records.get_record_length(),
            headers.get_header("WARC-Target-URI") or "",
            headers.get_header("WARC-Payload-Digest") or "-",
        )
    return problems


def _leads_to(line: str, places: dict[int, tuple[int, str, str]]) -> bool:
    """Whether a line of an index tells offset, length, address and digest of a record."""
    try:
        entry = json.loads(line.split(" ", 2)[2])
        place = int(entry["offset"])
        return places.get(place) == (int(entry["length"]), entry["url"], entry["digest"])
    except (ValueError, LookupError, TypeError):
        return False
