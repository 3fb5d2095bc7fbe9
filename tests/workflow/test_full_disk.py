"""No room for a file at any stage: the stage says so, and with room again the same command comes to the same end."""

from __future__ import annotations

import json
import resource
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from govaudit.inspection.run import parse_moment
from tests.support.http_site import HttpSite, Reply, page

if TYPE_CHECKING:
    from collections.abc import Iterator

ROOT = Path(__file__).parents[2]
PAGES = 100


def _site() -> HttpSite:
    pages = {
        f"/p{number}": Reply(body=page("/", f"/dead{number}", title=f"第{number}页"))
        for number in range(PAGES)
    }
    return HttpSite({"/": Reply(body=page(*pages)), **pages})


def inspected(url: str, folder: Path, stage: str, room: int = 0) -> tuple[int, str]:
    """Exit code and problems of a stage in a process of its own in which no file may grow beyond ``room`` bytes."""
    command = [sys.executable, "-m", "tests.workflow.test_full_disk", url, str(folder), stage, str(room)]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert "Traceback" not in done.stdout, done.stdout
    return done.returncode, done.stdout.strip()


def findings(folder: Path) -> list[tuple[Any, ...]]:
    data = json.loads((folder / "reports" / "r" / "findings.json").read_text(encoding="utf-8"))
    return [
        (one["id"], one["verdict"], one["page"], one["subject"], one["message"]) for one in data["findings"]
    ]


@pytest.fixture(scope="module")
def undisturbed(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[str, list[tuple[Any, ...]]]]:
    """Address of the site, and what an inspection with room enough says."""
    folder = tmp_path_factory.mktemp("undisturbed")
    with _site() as site:
        assert inspected(f"{site.url}/", folder, "inspect") == (0, "")
        yield f"{site.url}/", findings(folder)


@pytest.mark.parametrize(
    ("stage", "room"),
    [("crawl", 20_000), ("crawl", 200_000), ("inspect", 40_000)],
    ids=["no room for the store", "none for more pages", "none for judgement and report"],
)
def test_a_stage_without_room_says_so_and_goes_on_later(
    undisturbed: tuple[str, list[tuple[Any, ...]]], tmp_path: Path, stage: str, room: int
) -> None:
    url, told = undisturbed
    if stage == "inspect":
        assert inspected(url, tmp_path, "crawl") == (0, "")
    code, problems = inspected(url, tmp_path, stage, room)
    assert code == 4
    assert problems.split()[0] in {"store.unwritable", "store.disk-full", "file.cannot-write"}
    assert inspected(url, tmp_path, "inspect") == (0, "")
    assert findings(tmp_path) == told != []


def main() -> int:
    """Inspect under a limit; print the keys of the problems."""
    from govaudit.inspection.errors import GovauditError  # noqa: PLC0415 - the child's own work
    from govaudit.inspection.run import Network  # noqa: PLC0415
    from govaudit.inspection.site import Site  # noqa: PLC0415
    from govaudit.inspection.workspace import open_workspace  # noqa: PLC0415
    from govaudit.workflow.inspect import RunOptions, begin_run, crawl_run, inspect_run  # noqa: PLC0415

    url, folder, stage, room = sys.argv[1:]
    workspace = open_workspace(Path(folder))
    network = Network(rate=0, allow_private=True)
    options = RunOptions(run="r", as_of=parse_moment("2026-11-22"), network=network, formats=("json",))
    try:
        record = begin_run(workspace, [Site(url=url)], options, listed=False)
        if int(room):
            resource.setrlimit(resource.RLIMIT_FSIZE, (int(room), int(room)))
        if stage == "crawl":
            ends = crawl_run(workspace, record, options, lambda _: None, judge=False)
            problems, crashes = (
                [problem for end in ends for problem in end.problems],
                [end.crash for end in ends],
            )
        else:
            end = inspect_run(workspace, record, options, lambda _: None)
            problems, crashes = list(end.problems), list(end.crashes)
    except GovauditError as error:
        problems, crashes = list(error.problems), []
    print(*(problem.key for problem in problems), *filter(None, crashes))
    return 4 if problems or any(crashes) else 0


if __name__ == "__main__":
    sys.exit(main())
