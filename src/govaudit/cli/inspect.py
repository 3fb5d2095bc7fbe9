"""``govaudit inspect``: the main job."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import click

from govaudit.cli.options import (
    budget_of,
    hush,
    moment_of,
    network_of,
    starting_a_run,
    workspace_of,
)
from govaudit.cli.progress import ProgressDisplay
from govaudit.cli.speech import complain, language, say, text
from govaudit.inspection.errors import InputError, Problem
from govaudit.inspection.profile import builtin_profiles
from govaudit.inspection.site import Site
from govaudit.inspection.urls import WEB_SCHEMES, canonical, scheme_of
from govaudit.inspection.workspace import SETTINGS_FILE, Workspace

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from govaudit.workflow.inspect import RunEnd, RunOptions
    from govaudit.workflow.run_record import RunRecord


@click.command("inspect", short_help=text("inspect.short"), help=text("inspect.help"))
@starting_a_run
@click.option("--formats", default="", metavar="NAME,…", help=text("options.formats"))
@click.option("--strict", is_flag=True, help=text("options.strict"))
@click.pass_context
def command(
    context: click.Context, /, urls: tuple[str, ...], sites_file: Path | None, **options: Any
) -> None:
    """Crawl → check → report."""
    from govaudit.workflow.inspect import inspect_run  # noqa: PLC0415 - help must be quick

    begun = begin(urls, sites_file, options)
    with ProgressDisplay(quiet=options["quiet"]) as display:
        end = inspect_run(begun.workspace, begun.record, begun.options, display.tell)
    tell_end(begun.workspace, end, begun.problems, quiet=options["quiet"])
    context.exit(end.exit_code(strict=options["strict"]))


@dataclass(frozen=True, slots=True)
class Begun:
    """A run that was begun, or goes on. ``problems``: what was odd about the site list, without being wrong."""

    workspace: Workspace
    record: RunRecord
    options: RunOptions
    problems: tuple[Problem, ...]


def begin(urls: Sequence[str], sites_file: Path | None, options: dict[str, Any]) -> Begun:
    """Begin a run as the command line says; the folder becomes a workspace if it is none."""
    from govaudit.workflow.inspect import begin_run  # noqa: PLC0415 - help must be quick

    hush(verbose=options["verbose"])
    workspace = workspace_of(options["workspace"])
    sites, problems = sites_to_inspect(workspace, urls, sites_file, allow_private=options["allow_private"])
    asked = run_options(workspace, options)
    if not (workspace.root / SETTINGS_FILE).is_file():
        make_workspace(workspace)
    return Begun(workspace, begin_run(workspace, sites, asked, listed=not urls), asked, problems)


def run_options(workspace: Workspace, options: dict[str, Any]) -> RunOptions:
    """What the command line says about a run."""
    from govaudit.workflow.inspect import RunOptions  # noqa: PLC0415 - help must be quick

    return RunOptions(
        run=options["run"],
        as_of=moment_of(options["as_of"]),
        profile=options["profile"],
        network=network_of(workspace, options),
        budget=budget_of(workspace, options),
        jobs=workspace.settings.jobs if options["jobs"] is None else options["jobs"],
        again=options.get("again", False),
        strict=options.get("strict", False),
        formats=formats_of(options.get("formats", "")),
        revalidate=workspace.settings.revalidate,
    )


def formats_of(value: str) -> tuple[str, ...]:
    """Names of ``--formats``, separated by commas."""
    return tuple(name.strip() for name in value.split(",") if name.strip())


def sites_to_inspect(
    workspace: Workspace, urls: Sequence[str], sites_file: Path | None, *, allow_private: bool
) -> tuple[list[Site], tuple[Problem, ...]]:
    """Sites given as addresses, or those of the site list with what was odd about it.

    Raises ``InputError`` when the list has a bad row: a site that is left out unnoticed would be missing from the
    published report.
    """
    if urls and sites_file:
        raise InputError(Problem("option.urls-and-sites", "--sites"))
    if urls:
        return [_site_at(url) for url in dict.fromkeys(urls)], ()
    file = sites_file or workspace.site_list
    if sites_file is None and not file.is_file():
        raise InputError(Problem("option.no-target", str(file)))
    from govaudit.inspection.site_list import read_site_list  # noqa: PLC0415 - reads spreadsheets

    listed = read_site_list(file, known_profiles=known_profiles(workspace), allow_private=allow_private)
    if listed.errors or not listed.sites:
        raise InputError(*listed.problems)
    return list(listed.sites), listed.problems


def known_profiles(workspace: Workspace) -> frozenset[str]:
    """Names of the rule books that a site list may name."""
    own = {file.stem for file in workspace.profiles.glob("*.yaml")}
    return frozenset(own | set(builtin_profiles()))


def make_workspace(workspace: Workspace) -> None:
    """Turn the folder into a workspace with the defaults, and say so."""
    from govaudit.workflow.new_workspace import write_settings  # noqa: PLC0415 - rarely needed

    write_settings(workspace.root)
    say("inspect.new-workspace", folder=workspace.root)


def tell_end(workspace: Workspace, end: RunEnd, problems: Sequence[Problem], *, quiet: bool) -> None:
    """The headline, where the report is, and everything that went wrong."""
    from govaudit.reports.headline import headline  # noqa: PLC0415 - help must be quick
    from govaudit.workflow.report import run_report  # noqa: PLC0415

    for crash in end.crashes:
        click.echo(crash, err=True)
    complain((*problems, *end.problems))
    if quiet:
        return
    complain(end.left_out)
    click.echo(headline(run_report(workspace, end.record, language())), err=True)
    index = workspace.report_folder(end.record.id) / "index.html"
    if index in end.files:
        say("inspect.report", file=index)


def _site_at(url: str) -> Site:
    address = canonical(url if "://" in url else f"http://{url}")
    if address is None or scheme_of(address) not in WEB_SCHEMES:
        raise InputError(Problem("option.no-url", url))
    return Site(url=address)
