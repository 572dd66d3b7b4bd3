"""Sentences for codes: Chinese templates (the msgids), filled after translation.

Translation itself is applied outside: `text(..., translate=gettext)`. A parameter `x_s` (seconds) also gives `x_min`
and `x_sec`; code words in parameters (powers, kinds, grades, sources) are named by `NAMES` or by the caller's `names`.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

from .types import Param, Params


def gettext_noop(message: str) -> str:
    """Mark a message for extraction; it is translated where it is shown."""
    return message


REASONS: Mapping[str, str] = {
    "first_to_arrive": gettext_noop("最先到达：约 %(total_min)d 分 %(total_sec)d 秒"),
    "later_than_first": gettext_noop("约 %(total_min)d 分 %(total_sec)d 秒到达，比最先到达的晚 %(behind_s)d 秒"),
    "ranked_after_fresh": gettext_noop("位置不确定，排在定位有效的单元之后；推算约 %(total_min)d 分 %(total_sec)d 秒"),
    "drive": gettext_noop("沿道路行驶 %(drive_min)d 分 %(drive_sec)d 秒"),
    "walk": gettext_noop("步行 %(drive_min)d 分 %(drive_sec)d 秒"),
    "road_distance": gettext_noop("道路距离 %(road_m)d 米"),
    "already_nearby": gettext_noop("已在附近，直线 %(straight_m)d 米"),
    "turn_out": gettext_noop("从岗位出动加 %(turn_out_s)d 秒"),
    "turn_out_station": gettext_noop("从站点出动加 %(turn_out_s)d 秒"),
    "moving": gettext_noop("正在巡逻途中，无出动时间"),
    "fresh_position": gettext_noop("定位 %(age_s)d 秒前"),
    "age_added": gettext_noop("定位较旧，已加计 %(added_s)d 秒"),
    "stale_position": gettext_noop("没有定位，按%(source)s推算"),
    "stale_position_aged": gettext_noop("定位已过期（%(age_s)d 秒前），按%(source)s推算"),
    "mock_position": gettext_noop("设备报告为模拟定位，不用于自动派警"),
    "has_powers": gettext_noop("具备所需权限：%(powers)s"),
    "has_officer": gettext_noop("有民警带队"),
    "wanted_kind": gettext_noop("属优先派出的单元：%(kind)s"),
    "on_way_back": gettext_noop("处置完毕，正在返回"),
    "lent": gettext_noop("已借调到本辖区"),
    "neighbour": gettext_noop("相邻机构单元，已授权支援"),
    "on_border": gettext_noop("地点在责任路段交界处"),
    "radio_only": gettext_noop("只能用电台呼叫，须人工派警"),
    "preempts": gettext_noop("正在处置%(grade)s警情，抽调须由人员决定"),
}

REJECTIONS: Mapping[str, str] = {
    "drone_not_ranked": gettext_noop("无人机不参与排序"),
    "off_duty": gettext_noop("不在勤"),
    "exercise_mismatch": gettext_noop("演练与实战不混派"),
    "out_of_scope": gettext_noop("不在可派范围内"),
    "kind_excluded": gettext_noop("本警情不派%(kind)s"),
    "no_road_powers": gettext_noop("在岗人员没有路面处置权限"),
    "lacks_power": gettext_noop("缺少权限：%(powers)s"),
    "officer_needed": gettext_noop("风险警情须有民警带队"),
    "declined": gettext_noop("已拒接本警情"),
    "expired": gettext_noop("未按时签收本警情"),
    "recalled": gettext_noop("已从本警情撤回"),
    "already_sent": gettext_noop("已派往本警情"),
    "caller": gettext_noop("求助单元本身"),
    "on_break": gettext_noop("正在休息"),
    "just_sent": gettext_noop("%(sent_s)d 秒前刚派往别处"),
    "busy_graver": gettext_noop("正在处置%(grade)s警情，不低于本警情等级"),
    "busy_lighter": gettext_noop("正在处置%(grade)s警情，可由人员决定抽调"),
    "no_position": gettext_noop("没有可用位置，也没有岗位"),
    "too_far_on_foot": gettext_noop("步巡距离 %(straight_m)d 米，超过 %(limit_m)d 米"),
    "off_network": gettext_noop("位置不在路网上"),
    "not_reachable": gettext_noop("%(limit_min)d 分钟内没有道路可达"),
}

SHORTFALLS: Mapping[str, str] = {
    "nobody_on_duty": gettext_noop("可派范围内无人在勤"),
    "none_with_power": gettext_noop("在勤单元均不具备所需权限"),
    "all_busy": gettext_noop("具备权限的单元均在忙"),
    "all_stale": gettext_noop("空闲单元均无有效定位，须人工派警"),
    "none_reachable": gettext_noop("空闲单元均无道路可达"),
}

WARNINGS: Mapping[str, str] = {
    "last_free_unit": gettext_noop("派出后%(area)s将没有空闲单元"),
    "too_few_units": gettext_noop("还缺 %(missing)d 个单元"),
}

# Code words that appear as parameters. Powers are named by stations; areas by their organisation.
NAMES: Mapping[str, str] = {
    "fix": gettext_noop("定位"),
    "post": gettext_noop("岗点"),
    "station": gettext_noop("站点"),
    "segment_middle": gettext_noop("路段中点"),
    "car": gettext_noop("警车"),
    "motorcycle": gettext_noop("摩托"),
    "foot": gettext_noop("步巡"),
    "drone": gettext_noop("无人机"),
    "red": gettext_noop("红色"),
    "yellow": gettext_noop("黄色"),
    "blue": gettext_noop("蓝色"),
}

TEMPLATES: Mapping[str, str] = {**REASONS, **REJECTIONS, **SHORTFALLS, **WARNINGS}


def text(
    code: str,
    params: Params = (),
    *,
    translate: Callable[[str], str] = str,
    names: Mapping[str, str] | None = None,
) -> str:
    """The sentence of a reason, rejection, shortfall or warning. Raises KeyError for an unknown code.

    `names` gives words for codes that this module does not know (powers, areas), already translated.
    """
    known = names or {}

    def name(word: str) -> str:
        if word in known:
            return known[word]
        return translate(NAMES[word]) if word in NAMES else word

    return translate(TEMPLATES[code]) % _filled(params, name)


def _filled(params: Params, name: Callable[[str], str]) -> dict[str, Param]:
    values: dict[str, Param] = {}
    for key, value in params:
        if isinstance(value, tuple):
            values[key] = "、".join(name(word) for word in value)
        elif isinstance(value, str):
            values[key] = name(value)
        else:
            values[key] = value
            if key.endswith("_s"):
                values[f"{key[:-2]}_min"], values[f"{key[:-2]}_sec"] = divmod(int(value), 60)
    return values
