"""Papers as one web page without anything from outside; printed, it is the PDF."""

from __future__ import annotations

from functools import cache
from importlib.resources import files
from typing import TYPE_CHECKING

from markupsafe import Markup

from govaudit.reports.charts import drawn
from govaudit.reports.templating import environment_of_pages

if TYPE_CHECKING:
    from jinja2 import Environment

    from govaudit.reports.papers.paper import Paper


def html_of(paper: Paper) -> str:
    """The paper as HTML."""
    style = Markup((files("govaudit") / "templates" / "paper.css").read_text("utf-8"))  # noqa: S704 - our own file
    return _environment().get_template("paper.html").render(paper=paper, style=style)


@cache
def _environment() -> Environment:
    environment = environment_of_pages()
    environment.globals["drawn"] = drawn
    return environment
