"""GUI006: forms that applicants have to fill in."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from govaudit.checks.guides.survey import (
    MATERIALS,
    SeenGuide,
    fault_of,
    files_of,
    is_scripted,
    judge_guides,
    named,
)
from govaudit.checks.guides.wording import word_list
from govaudit.checks.links.survey import LinkClass, survey_links
from govaudit.checks.registry import Fault, Judgement, NoParams, check
from govaudit.inspection.verdict import Reason, Verdict
from govaudit.inspection.vocabulary import fold, simplified

if TYPE_CHECKING:
    from govaudit.checks.context import Context
    from govaudit.inspection.facts import Material

_FORMS = "guide_forms"
_BRACKETS = re.compile(r"[(（《》\[【][^)）\]】]*[)）\]】]?$")
_SHORTEST_ALIKE = 3


@check("GUI006", name="form-missing", faults=("not-offered", "broken", "not-seen"), params=NoParams)
def form_offered(context: Context, _: NoParams) -> Judgement:
    """Forms (申请表, 登记表 …) that a service guide asks for and neither offers nor says where to get, and forms that
    do not download.

    One finding for each guide with all of its forms. Offered is a form with a link in its row, a file on the page
    whose name or text fits, or any file that calls itself 附件, 样表 or the like; and one of which the guide says how
    to come by (在窗口领取, 在线填写, 系统生成). Letters that people write freely (承诺书, 授权书) are not asked for.

    Clause: 国办秘函〔2019〕19号 办事服务/表格样表: 要求办事人提供申请表、申请书等表单但未提供规范表格获取渠道的，
    每发现一个存在该问题的办事指南，扣1分。
    Reads: materials of the guides, links of their pages, the looks at the files.
    Could not tell: browser-needed for guides that scripts write, and where the site's only guides were not read; parse
    likewise; the reason of the crawl when no page was read.
    """
    broken = _broken(context)
    return judge_guides(context, lambda seen: _faults(context, seen, broken))


def _broken(context: Context) -> frozenset[str]:
    """Addresses that certainly do not open."""
    survey = context.derived(survey_links)
    return frozenset(
        target.url
        for link_class in (LinkClass.ATTACHMENT, LinkClass.INTERNAL, LinkClass.EXTERNAL)
        for target in survey.broken[link_class]
        if target.outcome.verdict is Verdict.FAIL
    )


def _faults(context: Context, seen: SeenGuide, broken: frozenset[str]) -> list[Fault]:
    forms = [one for one in seen.guide.materials if _is_form(one)]
    if not forms:
        return []
    files = list(files_of(context, seen.page))
    urls = {one.name: _urls_of(one, files) for one in forms}
    missing = [one.name for one in forms if not urls[one.name] and not _has_channel(seen, one)]
    faults: list[Fault] = []
    if missing and is_scripted(seen):
        faults.append(
            fault_of(
                seen,
                "not-seen",
                {"forms": named(missing)},
                verdict=Verdict.INCONCLUSIVE,
                reason=Reason.BROWSER_NEEDED,
                part="not-seen",
            )
        )
    elif missing:
        faults.append(
            fault_of(seen, "not-offered", {"forms": named(missing), "count": len(missing)}, text=missing[0])
        )
    faults.extend(
        fault_of(seen, "broken", {"forms": name, "url": url}, text=name, part=url)
        for name, offered in urls.items()
        for url in offered
        if url in broken
    )
    return faults


def _is_form(material: Material) -> bool:
    """Whether it is a form that the office has to provide."""
    name = _BRACKETS.sub("", simplified(material.name).strip("《》“” ")).strip("《》 ")
    if any(name.endswith(word) for word in word_list(_FORMS, "free")):
        return False
    return any(name.endswith(word) for word in word_list(_FORMS, "forms"))


def _has_channel(seen: SeenGuide, material: Material) -> bool:
    text = simplified(material.text)
    said = f"{text}{simplified(seen.text('办理流程'))}{simplified(seen.text('注意事项'))}"
    if any(word in text for word in word_list(_FORMS, "not-brought")):
        return True
    if any(word in said for word in word_list(_FORMS, "channels")):
        return True
    return any(link.picture and link.element == MATERIALS for link in seen.guide.links)


def _urls_of(material: Material, files: list[tuple[str, str]]) -> tuple[str, ...]:
    """Addresses at which a form is offered: its own links, files with a name like it, else files of no telling name."""
    if material.urls:
        return material.urls
    name = fold(material.name)
    alike = tuple(url for text, url in files if _alike(name, fold(text.rpartition(".")[0] or text)))
    if alike:
        return alike
    general = word_list("guide_answers", "files")
    return tuple(url for text, url in files if any(word in text for word in general) or not text.strip())


def _alike(form: str, text: str) -> bool:
    if len(text) < _SHORTEST_ALIKE:
        return False
    return form in text or text in form
