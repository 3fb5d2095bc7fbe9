"""What happens to the findings of the demo portals over two quarters, told step by step."""

from __future__ import annotations

import csv
import io
import json
from datetime import date
from typing import TYPE_CHECKING, Any

from click.testing import CliRunner

from govaudit.cli.findings import command
from govaudit.inspection.ledger.entries import Cause
from govaudit.inspection.ledger.filters import Filter
from govaudit.inspection.verdict import State
from govaudit.workflow.findings import kept_ledger
from govaudit.workflow.ledger import record_run
from govaudit.workflow.report import report_run
from govaudit.workflow.run_record import existing_record

if TYPE_CHECKING:
    from pathlib import Path

    from govaudit.inspection.ledger.entries import Entry
    from govaudit.inspection.workspace import Workspace

CITY = "3319000001"
MENDED = "http://www.yunlan.gov.cn/hdjl/zjdc/"
STILL_BROKEN = "http://www.yunlan.gov.cn/bsfw/bjcx.jsp"
DISPUTED = "http://www.yunlan.gov.cn/zwgk/zfwj/202003/t20200312_8831.html"
WAIVED_SHORTLY = "http://www.yunlan.gov.cn/images/tslz.swf"
AFTER_FIRST, AFTER_SECOND = "2026-12-10", "2027-03-20"


class LedgerStory:
    """A workspace with both quarters crawled and judged, and what the office and the units do with it."""

    def __init__(self, workspace: Workspace) -> None:
        self.workspace = workspace

    def do(self, *arguments: str, as_of: str = AFTER_FIRST) -> str:
        """Run ``govaudit findings``; gives what it writes. What it refuses fails the story."""
        end = CliRunner().invoke(
            command,
            [*arguments, "--as-of", as_of, "--workspace", str(self.workspace.root)],
            env={"GOVAUDIT_LANG": "zh-CN"},
            standalone_mode=False,
        )
        assert (end.exception, end.return_value) in {(None, None), (None, 0)}, end.output
        return end.stdout

    def entry(self, check: str, subject: str) -> Entry:
        """The one finding about something of the city."""
        wanted = Filter(day=date(2026, 11, 20), sites=(CITY,), checks=(check,))
        (found,) = (
            one for one in kept_ledger(self.workspace).entries(wanted) if one.finding.subject == subject
        )
        return found

    def causes(self, check: str, subject: str) -> list[Cause]:
        """Why an entry is where it is."""
        entry = self.entry(check, subject)
        return [one.cause for one in kept_ledger(self.workspace).changes(entry.id)]

    def reported(self, run: str) -> dict[str, Any]:
        """The city in the findings.json of a run, written anew, with its findings."""
        record = existing_record(self.workspace, run)
        report_run(self.workspace, record, ("json",))
        data = json.loads((self.workspace.report_folder(run) / "findings.json").read_text(encoding="utf-8"))
        (site,) = (one for one in data["sites"] if one["code"] == CITY)
        return {**site, "findings": {one["id"]: one for one in data["findings"] if one["site"] == CITY}}

    def first_quarter(self) -> None:
        """Everything is new, and the result hangs on reviews."""
        record_run(self.workspace, existing_record(self.workspace, "2026Q4"))
        city = self.reported("2026Q4")
        assert (city["result"], city["provisional"]) == ("qualified", True)
        assert self.entry("LNK001", MENDED).state is State.OPEN
        assert self.do("list", "--overdue") != ""
        assert self.do("list", "--overdue", "--json", as_of="2026-12-04") == ""

    def reviews_are_settled(self) -> None:
        """One by one; a confirmation that was a mistake is taken back."""
        who = ("--who", "张三", "--why", "已人工核实")
        waiting = self.reported("2026Q4")["provisional_reviews"]
        self.do("dismiss", "--site", CITY, "--check", "SEC001", *who)
        assert self.reported("2026Q4")["provisional_reviews"] == waiting - 1
        self.do("confirm", "--site", CITY, "--check", "SEC002", *who)
        city = self.reported("2026Q4")
        assert (city["result"], city["vetoes"], city["provisional"]) == ("unqualified", ["SEC002"], False)
        self.do("reopen", "--site", CITY, "--check", "SEC002", *who)
        self.do("dismiss", "--site", CITY, "--kind", "veto", "--state", "review", *who)
        city = self.reported("2026Q4")
        assert (city["result"], city["vetoes"], city["provisional"]) == ("qualified", [], False)

    def units_answer(self, folder: Path) -> None:
        """The city's sheet goes out and comes back; the office waives one finding."""
        table = list(csv.DictReader(io.StringIO(self.do("export", "--site", CITY))))
        said = {
            MENDED: ("已报整改", "链接已更正"),
            STILL_BROKEN: ("已报整改", "链接已更正"),
            DISPUTED: ("有异议", "该文件已废止"),
        }
        for row in table:
            if row["检查项编号"] == "LNK001" and row["问题对象"] in said:
                row["整改状态"], row["备注"] = said[row["问题对象"]]
        file = folder / "back.csv"
        with file.open("w", encoding="gb18030", errors="replace", newline="") as target:
            writer = csv.DictWriter(target, list(table[0]))
            writer.writeheader()
            writer.writerows(table)
        self.do("import", str(file), "--site", CITY, "--who", "市府办")
        assert self.entry("LNK001", STILL_BROKEN).state is State.REPORTED_FIXED
        assert self.entry("LNK001", DISPUTED).remark == "该文件已废止"
        waived = self.entry("ACC002", WAIVED_SHORTLY)
        self.do("waive", waived.id, "--until", "2026-12-31", "--who", "张三", "--why", "等待改版")
        told = self.reported("2026Q4")["findings"][waived.id]
        assert (told["state"], told["remark"], told["remark_by"]) == ("waived", "等待改版", "张三")

    def second_quarter(self) -> None:
        """What was mended is closed, what was not is open again, what was dismissed stays so."""
        settled = self.reported("2026Q4")["score"]
        record = existing_record(self.workspace, "2027Q1")
        record_run(self.workspace, record)
        assert self.causes("LNK001", MENDED) == [Cause.FOUND, Cause.DECIDED, Cause.GONE]
        assert self.causes("LNK001", STILL_BROKEN) == [Cause.FOUND, Cause.DECIDED, Cause.STILL_THERE]
        assert self.causes("ACC002", WAIVED_SHORTLY) == [Cause.FOUND, Cause.DECIDED, Cause.WAIVER_EXPIRED]
        assert self.entry("LNK001", DISPUTED).state is State.DISPUTED
        city = self.reported("2027Q1")
        assert (city["provisional_reviews"], city["vetoes"]) == (1, []), "only what is new waits"
        assert self.entry("SEC003", "mp.yunlan-media.com").state is State.REVIEW
        broken = city["findings"][self.entry("LNK001", STILL_BROKEN).id]
        assert (broken["state"], broken["first_seen"], broken["last_seen"]) == (
            "reopened",
            "2026Q4",
            "2027Q1",
        )
        assert self.reported("2026Q4")["score"] == settled
        before = self.do("list", "--json", as_of=AFTER_SECOND)
        record_run(self.workspace, record)
        record_run(self.workspace, existing_record(self.workspace, "2026Q4"))
        assert self.do("list", "--json", as_of=AFTER_SECOND) == before

    def the_rest_is_closed(self) -> None:
        """An inspector looks at it and closes it; judging the run again does not open it."""
        broken = self.entry("LNK001", STILL_BROKEN)
        self.do("close", broken.id, "--who", "张三", "--why", "已打开", as_of=AFTER_SECOND)
        record_run(self.workspace, existing_record(self.workspace, "2027Q1"))
        assert self.entry("LNK001", STILL_BROKEN).state is State.FIXED
        told = self.do("show", broken.id, as_of=AFTER_SECOND)
        assert "填报整改之后仍然存在" in told
        assert "已报整改 → 重新出现" in told
