"""A page with a service guide in which single elements can be changed."""

from __future__ import annotations

SOUND = {
    "事项名称": "居住证申领",
    "事项编码": "11530199MB0001234X2000109005001",
    "事项类型": "公共服务",
    "设定依据": "《居住证暂行条例》第九条",
    "申请条件": "在本市居住半年以上。",
    "办理材料": "1.居民身份证（原件1份，纸质）；2.居住地住址证明（复印件1份，纸质）。",
    "办理流程": "申请、受理、审核、制证、领取",
    "承诺时限": "7个工作日",
    "办理机构": "云澜市公安局",
    "收费标准": "不收费",
    "审批结果": "居住证",
    "办理地点": "云澜市政务服务中心二楼8号窗口",
    "办理时间": "工作日9:00-17:00",
    "联系电话": "0877-2012345",
    "注意事项": "委托他人代办的，应当出具委托书。",
    "更新日期": "2026-06-01",
}


def guide(**changes: str | None) -> str:
    """A guide with elements changed, or left out (``None``)."""
    elements = {name: text for name, text in (SOUND | changes).items() if text is not None}
    rows = "".join(f"<tr><th>{name}</th><td>{text}</td></tr>" for name, text in elements.items())
    return (
        f'<html><head><meta charset="utf-8"><title>{elements["事项名称"]}_办事指南</title></head><body>'
        f"<h2>{elements['事项名称']}</h2><table>{rows}</table></body></html>"
    )
