"""A pipeline played through: a real repository, a static site in it, the command as a step runs it."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import threading
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.support.http_site import HttpSite, Reply, closed_port, page

PROGRAM = Path(sys.executable).with_name("govaudit")
BASE = "https://www.x.gov.cn/"
PROFILE = """
name: links
title: 链接
basis: 本地要求
checks: {COV001: {}, LNK001: {}, LNK002: {}, LNK003: {}}
rows:
  - {id: L, name: 可用性, part: deduct, cap: 1, clause: 链接打不开, sure: K,
     deduct: [{checks: [LNK001, LNK002, LNK003], points: 0.1}]}
"""


@dataclass(frozen=True)
class Repository:
    """A site's repository; its built pages are kept in ``public``."""

    root: Path

    def write(self, name: str, *links: str) -> None:
        file = self.root / "public" / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(page(*links), encoding="utf-8")

    def git(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        who = ["-c", "user.name=a", "-c", "user.email=a@x.example", "-c", "commit.gpgsign=false"]
        return subprocess.run(
            ["git", *who, *arguments], cwd=self.root, capture_output=True, text=True, check=False,
            env=environment(),
        )  # fmt: skip

    def commit(self) -> None:
        self.git("add", ".")
        assert self.git("commit", "--no-verify", "-m", "state").returncode == 0

    def gate(self, *arguments: str, **variables: str) -> subprocess.CompletedProcess[str]:
        command = [str(PROGRAM), "gate", *arguments, "--browser", "never"]
        return subprocess.run(
            command, cwd=self.root, capture_output=True, text=True, check=False, timeout=300,
            env=environment() | variables,
        )  # fmt: skip


def environment() -> dict[str, str]:
    """That of a step: the programs are found, nothing of the user's git is."""
    path = f"{PROGRAM.parent}:{os.environ['PATH']}"
    nobody = {"GIT_CONFIG_GLOBAL": "/dev/null", "GIT_CONFIG_SYSTEM": "/dev/null"}
    return {**os.environ, "PATH": path, "GOVAUDIT_LANG": "en", **nobody}


@pytest.fixture
def repository(tmp_path: Path) -> Repository:
    made = Repository(tmp_path)
    (tmp_path / "profiles").mkdir()
    (tmp_path / "profiles" / "links.yaml").write_text(PROFILE)
    (tmp_path / "govaudit.toml").write_text('profile = "links"\n')
    made.write("index.html", "/about.html", "/news/")
    made.write("about.html", "/", f"{BASE}news/")
    made.write("news/index.html", "/")
    made.git("init", "-b", "main")
    made.commit()
    return made


def test_a_pipeline_from_the_first_commit_to_the_release(repository: Repository) -> None:
    passed = repository.gate("public", "--base-url", BASE, "--explain")
    assert passed.returncode == 0, passed.stderr
    assert passed.stderr.splitlines()[-1]
    assert "Passed: nothing over the gate; 0 known, 0 shown only; 3 pages read." in passed.stderr
    assert "default: holds; 0 findings" in passed.stderr

    repository.write("about.html", "/", "/moved.html")
    failed = repository.gate("public", "--base-url", BASE, "--out", "report")
    assert failed.returncode == 1, failed.stderr
    told = [line for line in failed.stderr.splitlines() if not line.startswith("www.x.gov.cn")]
    assert told[0].startswith("Not passed: 1 findings over the gate (LNK001 ×1)")
    assert told[1].startswith("Gravest: LNK001")
    assert told[1].endswith(f"{BASE}about.html")
    assert told[2].startswith("Next: ")

    noted = repository.gate("public", "--base-url", BASE, "--report-only", "--quiet")
    assert noted.returncode == 0
    assert noted.stderr.startswith("Report only: 1 findings over the gate")

    accepted = repository.gate("public", "--base-url", BASE, "--baseline", "report/findings.json")
    assert accepted.returncode == 0, accepted.stderr
    repository.commit()

    repository.write("news/index.html", "/lost.html")
    changed = repository.gate(
        "public", "--base-url", BASE, "--changed-since", "HEAD", "--format", "github", "--quiet"
    )
    assert changed.returncode == 1
    assert changed.stdout.count("::error ") == 1
    assert "lost.html" in changed.stdout or "news" in changed.stdout

    assert repository.gate("nowhere").returncode == 2
    assert repository.gate("public", "public").returncode == 2
    down = repository.gate(f"http://127.0.0.1:{closed_port()}/", "--report-only")
    assert down.returncode == 3
    assert "Not decided" in down.stderr


def test_secrets_reach_the_server_and_nothing_else(repository: Repository) -> None:
    def guarded(body: str) -> Reply:
        inner = Reply(body=body)
        return Reply(
            choose=lambda request: (
                inner
                if request.headers.get("authorization") == "Basic d2ViOnMzY3IzdC1wYXNz"
                and request.headers.get("x-key") == "s3cr3t-key"
                else Reply(401, "no")
            )
        )

    with HttpSite() as other, HttpSite({"/": guarded(page("/a")), "/a": guarded(page("/gone"))}) as site:
        arguments = [
            f"{site.url}/", "--user", "web:$PASSWORD", "--header", "X-Key: $KEY", "--out", "report",
            "--formats", "json,html,sarif,junit,gitlab,github,md,csv", "--verbose", "--explain",
        ]  # fmt: skip
        secrets = {"PASSWORD": "s3cr3t-pass", "KEY": "s3cr3t-key", "TMPDIR": str(repository.root / "tmp")}
        (repository.root / "tmp").mkdir()
        end = repository.gate(*arguments, **secrets)
        assert end.returncode == 1, end.stderr
        assert not other.requests
    assert repository.gate(*arguments).returncode == 2
    written = [file.read_bytes() for file in (repository.root / "report").rglob("*") if file.is_file()]
    assert len(written) > 6
    for text in (*written, end.stdout.encode(), end.stderr.encode()):
        assert b"s3cr3t" not in text
        assert b"d2ViOnMzY3IzdC1wYXNz" not in text
    assert not list((repository.root / "tmp").iterdir())


def test_a_key_that_cannot_be_used_is_named_without_its_path(repository: Repository) -> None:
    (repository.root / "hidden.pem").write_text("no key")
    end = repository.gate("http://127.0.0.1:9/", "--cert", "$CERT", CERT=str(repository.root / "hidden.pem"))
    assert end.returncode == 2
    assert "--cert" in end.stderr
    assert "hidden.pem" not in end.stderr


@pytest.mark.parametrize(("number", "code"), [(signal.SIGTERM, 130), (signal.SIGKILL, -signal.SIGKILL)])
def test_a_killed_run_is_no_pass_and_leaves_nothing_to_the_next(
    repository: Repository, number: signal.Signals, code: int
) -> None:
    held = threading.Event()
    routes: dict[str, Reply | list[Reply]] = {
        "/": Reply(body=page("/held")), "/held": [Reply(body=page(), hold=held), Reply(body=page())]
    }  # fmt: skip
    with HttpSite(routes) as site:
        command = [str(PROGRAM), "gate", f"{site.url}/", "--browser", "never"]
        process = subprocess.Popen(
            command, cwd=repository.root, env=environment(), stdout=subprocess.PIPE, stderr=subprocess.STDOUT
        )
        assert site.wait_for(1, "/held", 60)
        process.send_signal(number)
        process.communicate(timeout=60)
        assert process.returncode == code
        if number == signal.SIGTERM:
            return
        held.set()
        assert repository.gate(f"{site.url}/").returncode == 0


def test_two_gates_over_one_build_say_the_same(repository: Repository) -> None:
    repository.write("about.html", "/", "/moved.html", "/style.css", "tel:12345")
    said = []
    for name in ("first", "second"):
        end = repository.gate("public", "--base-url", BASE, "--out", name, "--as-of", "2026-11-20")
        assert end.returncode == 1
        data = json.loads((repository.root / name / "findings.json").read_text())
        del data["run"]["started_at"], data["run"]["finished_at"]
        for finding in data["findings"]:
            del finding["measured_at"]
            for evidence in finding["evidence"]:
                evidence.pop("sha256", None)  # of texts that tell when they were seen
        said.append((json.dumps(data), (repository.root / name / "gate.json").read_bytes()))
    assert said[0] == said[1]
