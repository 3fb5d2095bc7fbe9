"""The program as a person types it: clear lines, data on standard output, exit codes that never lie."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from govaudit.cli.main import COMMANDS
from govaudit.inspection.messages import LANGUAGES
from govaudit.inspection.profile import builtin_profiles
from tests.support.http_site import HttpSite, Reply, page

if TYPE_CHECKING:
    from collections.abc import Callable

    Run = Callable[..., subprocess.CompletedProcess[str]]


PROGRAM = Path(sys.executable).with_name("govaudit")


@pytest.fixture
def govaudit(tmp_path: Path) -> Callable[..., subprocess.CompletedProcess[str]]:
    def run(*arguments: str, language: str = "en") -> subprocess.CompletedProcess[str]:
        environment = {**os.environ, "GOVAUDIT_LANG": language, "HOME": str(tmp_path)}
        return subprocess.run(
            [PROGRAM, *arguments],
            cwd=tmp_path,
            env=environment,
            capture_output=True,
            text=True,
            check=False,
            timeout=120,
        )

    return run


HELP_OF_ALL = """
from govaudit.cli.main import COMMANDS, program
profiles = (["profiles", one] for one in ("list", "show", "diff", "schema", "validate"))
answers = (["answers", one] for one in ("export", "import", "set"))
runs = (["runs", one] for one in ("list", "purge"))
for words in [[], *([name] for name in COMMANDS), ["sites", "check"], *profiles, *answers, *runs]:
    program.main([*words, "--help"], standalone_mode=False)
    print("=" * 20)
"""


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_command_explains_itself_with_an_example(language: str) -> None:
    environment = {**os.environ, "GOVAUDIT_LANG": language}
    end = subprocess.run(
        [sys.executable, "-c", HELP_OF_ALL], env=environment, capture_output=True, text=True, check=True
    )
    helps = end.stdout.split("=" * 20)[:-1]
    assert len(helps) == len(COMMANDS) + 12
    for one in helps:
        usage, _, rest = one.strip().partition("\n")
        assert usage.startswith("Usage: ")
        assert "govaudit " in rest or "Commands:" in rest


@pytest.mark.parametrize(
    ("arguments", "where"),
    [
        (("inspect",), "sites.csv"),
        (("inspect", "ftp://x/"), "ftp://x/"),
        (("inspect", "http://127.0.0.1:1/"), "http://127.0.0.1:1/"),
        (("inspect", "http://x.gov.cn/", "--as-of", "yesterday"), "--as-of"),
        (("inspect", "http://x.gov.cn/", "--resolve", "x.gov.cn:80"), "--resolve"),
        (("inspect", "http://x.gov.cn/", "--header", "X: $NO_SUCH_VARIABLE"), "--header"),
        (("inspect", "http://x.gov.cn/", "--nameserver", "dns.x.gov.cn"), "--nameserver"),
        (("inspect", "http://x.gov.cn/", "--nameserver", "127.0.0.1:dns"), "--nameserver"),
        (("inspect", "http://x.gov.cn/", "--trust", "none.pem"), "none.pem"),
        (("inspect", "http://x.gov.cn/", "--profile", "nope"), "nope"),
        (("inspect", "http://x.gov.cn/", "--formats", "floppy"), "floppy"),
        (("inspect", "http://x.gov.cn/", "--sites", "sites.csv"), "--sites"),
        (("inspect", "--sites", "none.csv"), "none.csv"),
        (("check",), ""),
        (("report", "--run", "2020Q1"), "2020Q1"),
        (("report", "--site", "4401000001"), "--site"),
        (("verify", "none.zip"), "none.zip"),
        (("verify", "none.zip", "--sha256", "12"), "--sha256"),
        (("runs", "purge"), "--older-than"),
        (("runs", "purge", "--older-than", "soon"), "--older-than"),
        (("runs", "purge", "--run", "2020Q1"), "2020Q1"),
        (("gate", "./none"), "./none"),
        (("gate", "http://x.gov.cn/", "--baseline", "none.json"), "none.json"),
        (("explain", "XXX999"), "XXX999"),
        (("profiles", "show", "nope"), "nope"),
        (("sites", "check", "none.csv"), "none.csv"),
        (("nonsense",), "nonsense"),
        (("inspect", "--rate", "-1", "http://x.gov.cn/"), "--rate"),
    ],
)
def test_wrong_input_ends_with_2_and_says_where(
    govaudit: Run, arguments: tuple[str, ...], where: str
) -> None:
    end = govaudit(*arguments)
    assert end.returncode == 2
    assert where in end.stderr
    assert "Traceback" not in end.stderr
    assert end.stdout == ""


def test_a_workspace_to_start_from_is_valid_and_is_never_overwritten(govaudit: Run, tmp_path: Path) -> None:
    assert govaudit("init", "office").returncode == 0
    settings = tmp_path / "office" / "govaudit.toml"
    settings.write_text(settings.read_text().replace('organiser = ""', 'organiser = "某市政府办公室"'))
    before = settings.read_text()
    assert govaudit("init", "office").returncode == 0
    assert settings.read_text() == before
    assert govaudit("profiles", "validate", "local", "--workspace", "office").returncode == 0
    listed = govaudit("profiles", "list", "--workspace", "office")
    assert [line.split()[0] for line in listed.stdout.splitlines()] == sorted([*builtin_profiles(), "local"])


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        ("rate = fast", "govaudit.toml"),
        ("speed = 3", "govaudit.toml:1 [speed]"),
        ('hours = "22-6"', "govaudit.toml:1 [hours]"),
        ('nofollow = "never"', "govaudit.toml:1 [nofollow]"),
        ('contact = "政府办公室"', "govaudit.toml:1 [contact]"),
        ('\nrate = -1\nlanguage = "zh-CN"', "govaudit.toml:2 [rate]"),
    ],
)
def test_wrong_settings_are_named_with_file_line_and_key(
    govaudit: Run, tmp_path: Path, content: str, expected: str
) -> None:
    (tmp_path / "govaudit.toml").write_text(content)
    end = govaudit("profiles", "list")
    assert end.returncode == 2
    assert expected in end.stderr


def test_a_wrong_calendar_is_named_before_anything_starts(govaudit: Run, tmp_path: Path) -> None:
    (tmp_path / "calendar.csv").write_text("date,kind\n2027-02-30,holiday\n")
    end = govaudit("inspect", "http://x.gov.cn/")
    assert end.returncode == 2
    assert "calendar.csv:2 [date]" in end.stderr
    assert not (tmp_path / "runs").exists()


def test_a_wrong_profile_is_named_with_file_line_and_key(govaudit: Run, tmp_path: Path) -> None:
    (tmp_path / "profiles").mkdir()
    (tmp_path / "profiles" / "city.yaml").write_text(
        "name: city\ntitle: t\nbasis: b\nextends: gov-2019\nchecks:\n  FRE002: {perod: 7 days}\n"
    )
    end = govaudit("profiles", "validate", "city")
    assert end.returncode == 2
    assert "city.yaml:6 [checks.FRE002.perod]" in end.stderr
    (tmp_path / "profiles" / "town.yaml").write_text("name: town\ntitle: t\nbasis: b\npass_line: high\n")
    end = govaudit("profiles", "validate", "profiles/town.yaml")
    assert end.returncode == 2
    assert "town.yaml:4 [pass_line]" in end.stderr


def test_the_catalogue_and_one_check_in_full(govaudit: Run) -> None:
    listed = govaudit("checks")
    ids = [line.split()[0] for line in listed.stdout.splitlines()]
    assert ids == sorted(ids)
    assert {"LNK001", "COL001", "FRE001", "IDN001", "TAG001", "GUI002", "IP6001", "COV001"} <= set(ids)
    explained = govaudit("explain", "fre002")
    assert explained.returncode == 0
    assert "period = " in explained.stdout
    assert "profile gov-2019 · 栏目不更新 (veto): 1.监测时间点前2周内" in explained.stdout


def test_an_unreachable_site_ends_with_3_and_is_in_the_report_with_the_reason(
    govaudit: Run, tmp_path: Path
) -> None:
    end = govaudit("inspect", "http://127.0.0.1:9/", "--allow-private", "--rate", "0")
    assert end.returncode == 3
    (file,) = (tmp_path / "reports").glob("*/findings.json")
    (site,) = json.loads(file.read_text())["sites"]
    assert site["result"] == "inconclusive"
    assert site["reason"].startswith("connect: ")
    assert site["score"] is None


def test_a_file_that_cannot_be_written_is_named_in_one_line(govaudit: Run, tmp_path: Path) -> None:
    govaudit("inspect", "http://127.0.0.1:9/", "--allow-private", "--rate", "0", "--browser", "never")
    (tmp_path / "file").write_text("")
    end = govaudit("answers", "export", "--out", "file/form.csv", language="zh-CN")
    assert end.returncode == 4
    assert end.stderr.startswith("错误：file/form.csv：无法写入：")
    assert len(end.stderr.splitlines()) == 1


@pytest.mark.parametrize("name", ["../elsewhere", "a/b", "/elsewhere", ".hidden", "c:d"])
def test_a_run_cannot_be_named_out_of_its_folder(govaudit: Run, tmp_path: Path, name: str) -> None:
    end = govaudit("inspect", "http://127.0.0.1:9/", "--allow-private", "--run", name)
    assert end.returncode == 2
    assert name in end.stderr
    assert not (tmp_path / "runs").exists()


@pytest.mark.parametrize("setting", ["", "rate = 0"])
@pytest.mark.parametrize("command", ["inspect", "crawl", "gate"])
def test_nobody_elses_server_is_asked_without_limit(
    govaudit: Run, tmp_path: Path, command: str, setting: str
) -> None:
    (tmp_path / "govaudit.toml").write_text(setting)
    end = govaudit(command, "http://x.gov.cn/", *([] if setting else ["--rate", "0"]))
    assert end.returncode == 2
    assert len(end.stderr.splitlines()) == 1
    assert "--allow-private" in end.stderr


def test_site_owners_see_whom_to_ask_and_are_told_whom_to_let_pass(govaudit: Run, tmp_path: Path) -> None:
    (tmp_path / "govaudit.toml").write_text('contact = "https://office.example/"\n')
    wall = Reply(412, "<script>$_ts=window['$_ts'];</script>")
    routes = {"/": Reply(body=page("/a", "/b", "/c")), "/a": wall, "/b": wall, "/c": Reply(403)}
    with HttpSite(routes) as site:
        govaudit(
            "inspect",
            f"{site.url}/",
            "--allow-private",
            "--rate",
            "0",
            "--formats",
            "html,json",
            language="zh-CN",
        )
        agent = (
            "Mozilla/5.0 (compatible; govaudit/0.1; government website inspection; +https://office.example/)"
        )
        assert {one.headers["user-agent"] for one in site.requests} == {agent}
    (report,) = (tmp_path / "reports").glob("*/sites/*/index.html")
    told = report.read_text()
    assert "有 3 个地址由安全防护应答（瑞数 2、状态码 403 1）" in told
    assert f"放行抓取程序标识 {agent}；来源地址为检查单位的网络出口" in told


def test_a_folder_that_cannot_be_written_is_one_clear_line(govaudit: Run) -> None:
    end = govaudit("inspect", "http://x.gov.cn/", "--workspace", "/proc/none")
    assert end.returncode == 2
    assert "/proc/none" in end.stderr
    assert "Traceback" not in end.stderr


MODULES_OF_HELP = """
import sys
from govaudit.cli.main import program
program.main(["--help"], standalone_mode=False)
print(sorted({"scrapy", "pandas", "lxml", "pydantic", "opencc"} & set(sys.modules)))
"""


def test_help_is_quick_because_nothing_heavy_is_loaded() -> None:
    end = subprocess.run([sys.executable, "-c", MODULES_OF_HELP], capture_output=True, text=True, check=True)
    assert end.stdout.splitlines()[-1] == "[]"


def test_a_site_list_with_a_bad_row_starts_nothing(govaudit: Run, tmp_path: Path) -> None:
    (tmp_path / "list.csv").write_text(
        "网站标识码,网站名称,首页网址\n1234560001,甲市人民政府,http://www.a.gov.cn/\n12345,乙县人民政府,ftp://b\n",
        encoding="gb18030",
    )
    checked = govaudit("sites", "check", "list.csv")
    inspected = govaudit("inspect", "--sites", "list.csv")
    assert (checked.returncode, inspected.returncode) == (2, 2)
    for end in (checked, inspected):
        assert "list.csv:3 [网站标识码]" in end.stderr
        assert "list.csv:3 [首页网址]" in end.stderr
    assert not (tmp_path / "runs").exists()
