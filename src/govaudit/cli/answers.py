"""``govaudit answers``: the rows of the rule book that only a person can answer."""

from __future__ import annotations

import csv
import io
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

import click

from govaudit.cli.check import newest_run
from govaudit.cli.options import everywhere, hush, workspace_of
from govaudit.cli.speech import complain, language, say, text, word
from govaudit.inspection.run import BEIJING

if TYPE_CHECKING:
    from govaudit.inspection.workspace import Workspace
    from govaudit.workflow.answers import Question
    from govaudit.workflow.run_record import RunRecord


@click.group("answers", short_help=text("answers.short"), help=text("answers.help"))
def command() -> None:
    """Commands about manual rows."""


@command.command("export", short_help=text("answers.export-short"), help=text("answers.export-help"))
@click.option("--run", default="", metavar="NAME", help=text("options.stored-run"))
@click.option("--open", "only_open", is_flag=True, help=text("answers.open-option"))
@click.option(
    "--out", type=click.Path(path_type=Path, dir_okay=False), default=None, help=text("answers.out-option")
)
@everywhere
def export(
    run: str, out: Path | None, workspace: Path | None, *, only_open: bool, quiet: bool, verbose: bool
) -> None:
    """The form, to standard output or a file."""
    from govaudit.workflow.answers import COLUMNS, questions  # noqa: PLC0415 - help must be quick

    hush(verbose=verbose)
    opened, record = _record(workspace, run)
    rows = [_cells(one) for one in questions(opened, record, only_open=only_open)]
    headings = [word(f"answers.columns.{name}") for name in COLUMNS]
    if out is not None and out.suffix.lower() == ".xlsx":
        from govaudit.reports.form_xlsx import write_form_xlsx  # noqa: PLC0415

        write_form_xlsx(out, text("answers.sheet"), headings, rows)
    else:
        form = _csv([headings, *rows])
        if out is None:
            click.echo(form, nl=False)
        else:
            out.write_text(form, encoding="utf-8-sig", newline="")
    if out is not None and not quiet:
        say("answers.exported", file=out, count=len(rows))


@command.command("import", short_help=text("answers.import-short"), help=text("answers.import-help"))
@click.argument("file", type=click.Path(path_type=Path))
@click.option("--run", default="", metavar="NAME", help=text("options.stored-run"))
@click.option("--by", default="", metavar="NAME", help=text("answers.by-option"))
@everywhere
@click.pass_context
def import_(
    context: click.Context,
    file: Path,
    run: str,
    by: str,
    workspace: Path | None,
    *,
    quiet: bool,
    verbose: bool,
) -> None:
    """Take the good rows, name the others."""
    from govaudit.workflow.answers import keep_answers, read_form  # noqa: PLC0415 - help must be quick

    hush(verbose=verbose)
    opened, record = _record(workspace, run)
    found, problems = read_form(opened, record, file, by, datetime.now(BEIJING).replace(microsecond=0))
    added = keep_answers(opened, record, found)
    complain(problems)
    if not quiet:
        say("answers.imported", added=len(added), same=len(found) - len(added), problems=len(problems))
        if added:
            say("answers.report-again", run=record.id)
    context.exit(2 if problems else 0)


@command.command("set", short_help=text("answers.set-short"), help=text("answers.set-help"))
@click.argument("site")
@click.argument("row")
@click.argument("points")
@click.option("--by", required=True, metavar="NAME", help=text("answers.by-option"))
@click.option("--note", default="", help=text("answers.note-option"))
@click.option("--attachment", default="", help=text("answers.attachment-option"))
@click.option("--run", default="", metavar="NAME", help=text("options.stored-run"))
@everywhere
def set_(
    *, site: str, row: str, points: str, by: str, note: str, attachment: str, run: str, workspace: Path | None,
    quiet: bool, verbose: bool,
) -> None:  # fmt: skip
    """One answer."""
    from govaudit.workflow.answers import answer_of, keep_answers  # noqa: PLC0415 - help must be quick

    hush(verbose=verbose)
    opened, record = _record(workspace, run)
    said = {"site-code": site, "row": row, "points": points, "by": by, "note": note, "attachment": attachment}
    answer = answer_of(opened, record, said, datetime.now(BEIJING).replace(microsecond=0))
    added = keep_answers(opened, record, [answer])
    if not quiet:
        say("answers.imported", added=len(added), same=1 - len(added), problems=0)


def _record(workspace: Path | None, run: str) -> tuple[Workspace, RunRecord]:
    from govaudit.workflow.run_record import existing_record  # noqa: PLC0415

    opened = workspace_of(workspace)
    return opened, existing_record(opened, run or newest_run(opened))


def _cells(question: Question) -> list[str]:
    from govaudit.reports.texts import Texts  # noqa: PLC0415

    row, answer = question.row, question.answer
    points = ""
    if answer is not None:
        words = ("yes", "no") if row.part == "veto" else ("not-met", "met")
        decided = word(f"answers.{words[not answer.points]}")
        points = decided if row.part == "veto" or not row.cap else f"{answer.points:g}"
    return [
        question.site.key,
        question.site.name,
        row.id,
        row.name,
        Texts(language()).word(f"kinds.{row.part}"),
        f"{row.cap:g}" if row.cap else "",
        row.clause,
        points,
        answer.note if answer else "",
        answer.by if answer else "",
        answer.attachment if answer else "",
    ]


def _csv(rows: list[list[str]]) -> str:
    from govaudit.reports.cells import guarded  # noqa: PLC0415

    file = io.StringIO()
    csv.writer(file).writerows([[guarded(cell) for cell in row] for row in rows])
    return file.getvalue()
