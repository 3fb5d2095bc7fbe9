"""What this machine lacks is said plainly, with the line that installs it, and is no error by itself."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

from tests.crawler.browser.chromium import needs_chromium
from tests.support.http_site import HttpSite, Reply

PROGRAM = Path(sys.executable).with_name("govaudit")


def _govaudit(folder: Path, *arguments: str, browser: str = "") -> subprocess.CompletedProcess[str]:
    environment = {**os.environ, "GOVAUDIT_LANG": "en"}
    if browser:
        environment["GOVAUDIT_BROWSER"] = browser
    return subprocess.run(
        [PROGRAM, *arguments], cwd=folder, env=environment, capture_output=True, text=True, check=False, timeout=120
    )  # fmt: skip


def test_the_doctor_names_what_is_missing_and_ends_well(tmp_path: Path) -> None:
    end = _govaudit(tmp_path, "doctor", browser="/no/such/browser")
    assert end.returncode == 0
    assert "Browser: not usable" in end.stdout
    assert "apt-get install chromium-headless-shell" in end.stdout
    assert [line.partition(":")[0] for line in end.stdout.splitlines() if not line.startswith(" ")] == [
        "Browser", "Chinese font", "IPv6 route", "Disk space",
    ]  # fmt: skip
    assert list(tmp_path.iterdir()) == []


@needs_chromium
def test_the_doctor_really_starts_the_browser(tmp_path: Path) -> None:
    assert "Browser: works" in _govaudit(tmp_path, "doctor").stdout
    broken = tmp_path / "browser"
    broken.write_text("#!/bin/sh\nexit 3\n")
    broken.chmod(0o755)
    assert "Browser: not usable" in _govaudit(tmp_path, "doctor", browser=str(broken)).stdout


def test_always_is_refused_where_there_is_no_browser(tmp_path: Path) -> None:
    end = _govaudit(
        tmp_path, "inspect", "http://x.gov.cn/", "--browser", "always", browser="/no/such/browser"
    )
    assert end.returncode == 2
    assert "--browser: " in end.stderr
    assert "apt-get install chromium-headless-shell" in end.stderr
    assert list(tmp_path.iterdir()) == []


def test_auto_says_once_what_is_missing_and_goes_on(tmp_path: Path) -> None:
    with HttpSite({"/": Reply(body="<title>首页</title><p>" + "正文" * 100)}) as site:
        wanted = ("inspect", f"{site.url}/", "--allow-private", "--rate", "0")
        end = _govaudit(tmp_path, *wanted, browser="/no/such/browser")
        assert end.returncode == 0
        assert end.stderr.count("apt-get install chromium-headless-shell") == 1
