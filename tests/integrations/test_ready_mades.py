"""What is ready to be taken into a pipeline does what it says: linted, and its shell parts run."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
import yaml

from tests.support.http_site import page

ROOT = Path(__file__).parents[2]
BIN = Path(sys.executable).parent
SHELLS = {"gate.sh": "bash", "install.sh": "bash", "pre-push": "sh"}
SWALLOWED = re.compile(r"\|\|\s*(true|:)|set \+e|allow_failure|continue-on-error|catchError|returnStatus")
HOSTS = re.compile(r"https?://|(?:[a-z0-9-]+\.)+(?:io|com|org|cn|dev|net)\b")
READY_MADE = (
    "action.yml", ".pre-commit-hooks.yaml", "Dockerfile", "integrations/gitlab-ci.yml", "integrations/Jenkinsfile",
    "integrations/gate.sh", "integrations/install.sh", "integrations/pre-push",
)  # fmt: skip
PROFILE = """
name: links
title: 链接
basis: 本地要求
checks: {COV001: {}, LNK001: {}}
rows:
  - {id: L, name: 可用性, part: deduct, cap: 1, clause: 链接打不开, sure: K, deduct: [{checks: [LNK001], points: 0.1}]}
"""


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """A repository that keeps its built pages; on its about page there is a broken link."""
    folder = tmp_path / "project"
    (folder / "public").mkdir(parents=True)
    (folder / "profiles").mkdir()
    (folder / "profiles" / "links.yaml").write_text(PROFILE)
    (folder / "govaudit.toml").write_text('profile = "links"\n')
    (folder / "public" / "index.html").write_text(page("/about.html"))
    (folder / "public" / "about.html").write_text(page("/gone.html"))
    git(folder, "init", "-b", "main")
    git(folder, "add", ".")
    git(folder, "commit", "-m", "first")
    return folder


def step(**variables: str) -> dict[str, str]:
    """The environment of a step, in which govaudit is installed."""
    nobody = {"GIT_CONFIG_GLOBAL": "/dev/null", "GIT_CONFIG_SYSTEM": "/dev/null"}
    names = ("author", "committer")
    who = {f"GIT_{name.upper()}_{what}": "a@x.example" for name in names for what in ("NAME", "EMAIL")}
    return {
        **os.environ,
        **nobody,
        **who,
        "PATH": f"{BIN}:{os.environ['PATH']}",
        "GOVAUDIT_LANG": "en",
        **variables,
    }


def git(folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    return run(["git", *arguments], folder)


def run(command: list[str], folder: Path, **variables: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        command, cwd=folder, env=step(**variables), capture_output=True, text=True, check=False, timeout=300
    )


@pytest.mark.parametrize("name", READY_MADE)
def test_none_lets_a_failed_gate_pass_or_names_a_registry(name: str) -> None:
    text = (ROOT / name).read_text(encoding="utf-8")
    assert not SWALLOWED.search(text.replace("git config --get govaudit.base-url || true", ""))
    assert not HOSTS.findall(re.sub(r"x\.gov\.cn|example\.\w+", "", text))


@pytest.mark.parametrize(("name", "shell"), SHELLS.items())
def test_shell_parts_can_be_read_by_their_shell(name: str, shell: str) -> None:
    assert run([shell, "-n", str(ROOT / "integrations" / name)], ROOT).returncode == 0
    assert os.access(ROOT / "integrations" / name, os.X_OK)


def test_the_action_hands_every_input_to_the_script() -> None:
    action = yaml.safe_load((ROOT / "action.yml").read_text())
    assert action["runs"]["using"] == "composite"
    steps = action["runs"]["steps"]
    assert all(one["shell"] == "bash" and one["run"] for one in steps)
    handed = " ".join(str(value) for one in steps for value in one["env"].values())
    assert set(re.findall(r"inputs\.([a-z-]+)", handed)) == set(action["inputs"])
    script = (ROOT / "integrations" / "gate.sh").read_text()
    for variable in steps[1]["env"]:
        assert variable in script or variable in {"GOVAUDIT_SOURCE", "GOVAUDIT_LANG"}
    assert not re.search(r"\$\{\{", " ".join(one["run"] for one in steps)), "an input is no part of a script"


def test_the_step_of_the_action_fails_with_annotations_and_a_summary(project: Path, tmp_path: Path) -> None:
    action = yaml.safe_load((ROOT / "action.yml").read_text())
    last = action["runs"]["steps"][1]["run"]
    (tmp_path / "summary.md").touch()
    end = run(
        ["bash", "-c", last], project, GOVAUDIT_SOURCE=str(ROOT), RUNNER_TEMP=str(tmp_path), GITHUB_ACTIONS="true",
        GITHUB_STEP_SUMMARY=str(tmp_path / "summary.md"), GOVAUDIT_TARGET="public", GOVAUDIT_REPORT="out dir",
        GOVAUDIT_BASE_URL="https://www.x.gov.cn/", GOVAUDIT_ARGUMENTS="--browser\nnever\n",
    )  # fmt: skip
    assert end.returncode == 1, end.stderr
    assert end.stdout.startswith("::error file=about.html")
    assert "LNK001" in (tmp_path / "summary.md").read_text()
    assert json.loads((project / "out dir" / "gate.json").read_text())["exit_code"] == 1


def test_the_script_of_the_gitlab_job_fails_with_its_artifacts(project: Path) -> None:
    template = yaml.safe_load((ROOT / "integrations" / "gitlab-ci.yml").read_text())
    job = template[".govaudit-gate"]
    variables = {**job["variables"], "GOVAUDIT_BASE_URL": "https://www.x.gov.cn/"}
    script = "set -e\n" + "\n".join(job["script"])
    end = run(["sh", "-c", script], project, **variables)
    assert end.returncode == 1, end.stderr
    for named in job["artifacts"]["reports"].values():
        assert (project / named.replace("$GOVAUDIT_REPORT", variables["GOVAUDIT_REPORT"])).is_file()
    assert job["artifacts"]["when"] == "always"


def test_the_jenkins_stage_runs_a_command_that_there_is(project: Path) -> None:
    text = (ROOT / "integrations" / "Jenkinsfile").read_text()
    for opening, closing in ("{}", "()"):
        assert text.count(opening) == text.count(closing)
    (script,) = re.findall(r"sh '''(.*?)'''", text, re.DOTALL)
    assert run(["sh", "-ec", script], project).returncode == 1
    (results,) = re.findall(r"junit '(.*?)'", text)
    assert (project / results).is_file()


def test_the_pre_commit_hook_keeps_a_commit_back(project: Path) -> None:
    (hook,) = yaml.safe_load((ROOT / ".pre-commit-hooks.yaml").read_text())
    assert not hook["pass_filenames"]
    assert re.search(hook["files"], "public/about.html")
    installed = project / ".git" / "hooks" / "pre-commit"
    installed.write_text(f"#!/bin/sh\nexec {hook['entry']} {' '.join(hook['args'])}\n")
    installed.chmod(0o755)
    assert git(project, "commit", "--allow-empty", "-m", "nothing on the pages").returncode == 0
    (project / "public" / "index.html").write_text(page("/about.html", "/lost.html"))
    kept_back = git(project, "commit", "-am", "a broken link")
    assert kept_back.returncode == 1
    assert "lost.html" in kept_back.stderr
    assert git(project, "rev-list", "--count", "HEAD").stdout.strip() == "2"


def test_the_hook_of_git_alone_keeps_a_push_back(project: Path, tmp_path: Path) -> None:
    git(tmp_path, "init", "--bare", "other-side")
    git(project, "remote", "add", "origin", str(tmp_path / "other-side"))
    assert git(project, "push", "origin", "main").returncode == 0
    shutil.copy(ROOT / "integrations" / "pre-push", project / ".git" / "hooks" / "pre-push")
    git(project, "commit", "--allow-empty", "-m", "second")
    assert git(project, "push", "origin", "main").returncode == 0
    (project / "public" / "index.html").write_text(page("/about.html", "/lost.html"))
    git(project, "commit", "-am", "a broken link")
    end = git(project, "push", "origin", "main")
    assert end.returncode == 1
    assert "lost.html" in end.stderr


def test_the_dockerfile_takes_locked_requirements_and_no_root() -> None:
    lines = (ROOT / "Dockerfile").read_text().splitlines()
    installs = [line for line in lines if "pip install" in line]
    assert installs
    assert all("--require-hashes" in line or "--no-deps" in line for line in installs)
    assert "USER 1000" in lines
    copied = [word for line in lines if line.startswith("COPY ") for word in line.split()[1:-1]]
    kept = {line[1:] for line in (ROOT / ".dockerignore").read_text().splitlines() if line.startswith("!")}
    assert set(copied) == kept
    assert all((ROOT / name).exists() for name in copied)


def test_the_dockerfile_is_linted() -> None:
    linter = BIN / "hadolint"
    if not linter.exists():
        pytest.skip("hadolint comes with the quality tools")
    end = run([str(linter), "Dockerfile"], ROOT)
    assert end.returncode == 0, end.stdout
