"""``govaudit recheck`` and ``report --final`` as a person types them: words on stderr, files on stdout, exit codes."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from tests.support.http_site import HttpSite, Reply, page

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    Run = Callable[..., subprocess.CompletedProcess[str]]

PROGRAM = "from govaudit.cli.main import main; main()"
PROFILE = """
name: links
title: 链接
basis: 本地要求
checks: {COV001: {}, LNK001: {}}
rows:
  - {id: L, name: 可用性, part: veto, clause: 链接打不开, sure: K, veto: [{checks: [LNK001]}]}
"""
NETWORK = ("--allow-private", "--rate", "0", "--browser", "never")


@pytest.fixture
def site() -> Iterator[HttpSite]:
    with HttpSite({"/": Reply(body=page("/gone"))}) as running:
        yield running


@pytest.fixture
def govaudit(tmp_path: Path, site: HttpSite) -> Run:
    def run(*arguments: str) -> subprocess.CompletedProcess[str]:
        environment = {**os.environ, "GOVAUDIT_LANG": "en", "HOME": str(tmp_path)}
        return subprocess.run(
            [sys.executable, "-c", PROGRAM, *arguments],
            cwd=tmp_path, env=environment, capture_output=True, text=True, check=False, timeout=120,
        )  # fmt: skip

    (tmp_path / "profiles").mkdir()
    (tmp_path / "profiles" / "links.yaml").write_text(PROFILE)
    (tmp_path / "govaudit.toml").write_text('profile = "links"\nformats = ["json"]\nscreenshots = 0\n')
    inspected = run("inspect", f"{site.url}/", "--run", "one", *NETWORK)
    assert inspected.returncode == 0, inspected.stderr
    return run


def test_from_fault_to_answer_to_published(govaudit: Run, site: HttpSite, tmp_path: Path) -> None:
    unknown = govaudit("recheck", "0123456789abcdef", *NETWORK)
    assert unknown.returncode == 2
    assert "0123456789abcdef" in unknown.stderr
    refused = govaudit("recheck", "--all-open", "--browser", "never")
    assert refused.returncode == 2, "not one word that the site keeps robots out"
    assert "--allow-private" in refused.stderr
    still = govaudit("recheck", "--all-open", *NETWORK)
    assert still.returncode == 0
    assert "Still wrong (1):" in still.stderr
    assert "1 still wrong" in still.stderr
    (file,) = still.stdout.splitlines()
    assert json.loads(Path(file).read_text())["findings"][0]["subject"] == f"{site.url}/gone"
    site.add("/", Reply(503, "busy"))
    down = govaudit("recheck", "--all-open", *NETWORK)
    assert down.returncode == 3
    assert "Could not be told (1):" in down.stderr
    site.add("/", Reply(body=page("/gone")))
    site.add("/gone", Reply(body=page()))
    published = govaudit("report", "--final", *NETWORK)
    assert published.returncode == 0, published.stderr
    assert "Version 1 is published" in published.stderr
    assert str(tmp_path / "reports" / "one" / "final-v1" / "findings.json") in published.stdout.splitlines()
    again = govaudit("report", "--final", "--offline")
    assert again.returncode == 2
    assert "--reason" in again.stderr
