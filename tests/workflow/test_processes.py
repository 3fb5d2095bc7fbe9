"""Workers: as many as allowed, progress heard, death noticed, a job tried again, nobody left behind."""

from __future__ import annotations

import multiprocessing
import os
import signal
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from govaudit.inspection.errors import InputError, Problem
from govaudit.inspection.run import Network, Progress
from govaudit.inspection.site import Site
from govaudit.workflow.neighbours import addresses_of
from govaudit.workflow.processes import run_jobs

if TYPE_CHECKING:
    from collections.abc import Callable


def report_itself(job: str, tell: Callable[[Progress], None]) -> None:
    tell(Progress(site=job, stage="crawl", pages=os.getpid()))


def fail_by_name(job: str, tell: Callable[[Progress], None]) -> None:
    tell(Progress(site=job, stage="crawl"))
    if job == "input":
        raise InputError(Problem("run.unknown", "here"))
    if job == "disk":
        Path("/proc/no-such-folder/file").write_text("x")
    if job == "bug":
        raise ZeroDivisionError


def die_once(job: str, _tell: Callable[[Progress], None]) -> None:
    marker = Path(job)
    if marker.exists():
        marker.with_suffix(".done").touch()
        return
    marker.touch()
    os.kill(os.getpid(), signal.SIGKILL)


def die_always(_job: str, _tell: Callable[[Progress], None]) -> None:
    os.kill(os.getpid(), signal.SIGKILL)


def interrupt_parent(job: str, _tell: Callable[[Progress], None]) -> None:
    if job == "first":
        parent = multiprocessing.parent_process()
        assert parent is not None
        os.kill(parent.pid or 0, signal.SIGINT)
    try:
        signal.pause()
    except KeyboardInterrupt:
        raise InputError(Problem("run.unknown", "asked to stop")) from None


def overlap(job: str, _tell: Callable[[Progress], None]) -> None:
    """Fails when somebody else is at work at the same address, and leaves a mark that it was here."""
    folder, _, name = job.rpartition("/")
    place = Path(folder) / name[0]
    place.mkdir()
    (Path(folder) / f"met-{name}").write_text(
        str(len([one for one in Path(folder).iterdir() if one.is_dir()]))
    )
    place.rmdir()


def test_jobs_at_one_address_run_one_after_the_other_and_none_is_lost(tmp_path: Path) -> None:
    jobs = [f"{tmp_path}/{name}" for name in ("a1", "a2", "a3", "b1", "c1")]
    ends = run_jobs(jobs, overlap, 4, lambda _: None, lambda job: frozenset({job.rpartition("/")[2][0], job}))
    assert sorted(end.job for end in ends) == jobs
    assert [end.crash for end in ends] == [""] * 5
    order = [end.job[-2:] for end in ends]
    assert [one for one in order if one[0] == "a"] == ["a1", "a2", "a3"]


def test_sites_are_known_by_their_addresses() -> None:
    sites = [Site(url=url) for url in ("http://a.example/", "http://b.example:8080/", "http://203.0.114.3/x")]
    network = Network(
        allow_private=True,
        resolve={"a.example:80": ("203.0.114.2", "203.0.114.3"), "b.example:8080": ("::1",)},
    )
    assert [addresses_of(sites, network)[site.key] for site in sites] == [
        {"203.0.114.2", "203.0.114.3"}, {"::1 8080"}, {"203.0.114.3"},
    ]  # fmt: skip
    refused = addresses_of(sites, Network(resolve=network.resolve))
    assert [len(refused[site.key]) for site in sites] == [2, 0, 1]


def test_a_single_job_runs_in_this_process_and_several_in_their_own() -> None:
    told: list[Progress] = []
    run_jobs(["a"], report_itself, 2, told.append)
    assert [one.pages for one in told] == [os.getpid()]
    told.clear()
    ends = run_jobs(["a", "b", "c"], report_itself, 2, told.append)
    assert sorted(one.site for one in told) == ["a", "b", "c"]
    assert os.getpid() not in {one.pages for one in told}
    assert sorted(end.job for end in ends) == ["a", "b", "c"]
    assert not any(end.problems or end.crash for end in ends)


@pytest.mark.parametrize("jobs", [["input", "disk", "bug", "fine"], ["input"], ["disk"], ["bug"]])
def test_what_goes_wrong_in_one_job_is_told_and_stops_no_other(jobs: list[str]) -> None:
    ends = {end.job: end for end in run_jobs(jobs, fail_by_name, 2, lambda _: None)}
    assert set(ends) == set(jobs)
    for job, end in ends.items():
        assert [problem.key for problem in end.problems] == {
            "input": ["run.unknown"],
            "disk": ["file.cannot-write"],
        }.get(job, [])
        assert ("ZeroDivisionError" in end.crash) is (job == "bug")


def test_a_worker_that_is_killed_starts_once_more(tmp_path: Path) -> None:
    jobs = [str(tmp_path / "one"), str(tmp_path / "two")]
    ends = run_jobs(jobs, die_once, 2, lambda _: None)
    assert not any(end.crash for end in ends)
    assert all(Path(job).with_suffix(".done").exists() for job in jobs)


def test_a_worker_that_dies_again_is_an_internal_error_with_its_exit_code() -> None:
    ends = run_jobs(["a", "b"], die_always, 2, lambda _: None)
    assert [end.crash for end in ends] == ["worker ended with exit code -9"] * 2


def test_an_interrupt_reaches_every_worker_once_and_is_raised_again() -> None:
    with pytest.raises(KeyboardInterrupt):
        run_jobs(["first", "second", "never started"], interrupt_parent, 2, lambda _: None)
