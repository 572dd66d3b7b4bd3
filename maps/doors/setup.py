"""`/setup/`: from an empty installation to the first dispatch: what is there, what is missing, where to do it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from core import clock
from core.errors import NotFound
from incidents.selectors import incident_kinds, incidents_visible_to
from maps.doors.context import page_context
from patrols.selectors import shifts_visible_to, tours_visible_to, units_visible_to
from roads.selectors import (
    boards_visible_to,
    current_build,
    levels_for,
    review_items_visible_to,
    segments_visible_to,
    segments_without_chief,
)
from stations.selectors import (
    actor_for_request,
    organisation_root,
    organisations_visible_to,
    people_visible_to,
    stations_visible_to,
    system_actor,
)
from stations.services import page_access
from stations.types import DataClass, Verb

# A scheme of road chiefs has at least so many levels.
FEWEST_LEVELS = 4


@dataclass(frozen=True, slots=True)
class Step:
    """One line of the list. `count`: what is there; `lacking`: what is still wrong, in words; `places`: (words, href)
    of where it is done. What is not `needed` may come later."""

    name: str
    why: str
    count: int
    places: tuple[tuple[str, str], ...]
    needed: bool = True
    at_least: int = 1
    lacking: str = ""

    @property
    def is_done(self) -> bool:
        """Enough is there, and nothing of it is wrong."""
        return self.count >= self.at_least and not self.lacking


@require_safe
@page_access(Verb.CREATE, DataClass.IMPORT_RUN)
def setup(request: HttpRequest) -> HttpResponse:
    """The list, counted over the whole deployment: nobody is named in it."""
    admin = actor_for_request(request).may(Verb.CREATE, DataClass.STATION)
    steps = [step() for step in (_house, _people, _roads, _stations, _chiefs, _segments, _rules, _shifts, _units,
                                 _first, _boards)]  # fmt: skip
    needed = [step for step in steps if step.needed]
    done = sum(step.is_done for step in needed)
    following = next((step for step in needed if not step.is_done), None)
    context = page_context(
        request, "setup", steps=steps, done=done, needed=len(needed), following=following, is_admin=admin
    )
    return render(request, "maps/setup.html", context)


def _all() -> Any:
    """Who counts: the house itself."""
    return system_actor("setup")


def _admin(model: str) -> str:
    return reverse(f"admin:{model}_changelist")


def _imports() -> tuple[str, str]:
    return _("去导入"), reverse("jobs")


def _house() -> Step:
    rows = organisations_visible_to(_all()).filter(is_active=True)
    return Step(
        _("机构设置"), _("谁管哪里：数据范围、值班电话和监督电话都从机构来。"), rows.count(),
        ((_("机构设置"), _admin("stations_organisation")),), at_least=2,
    )  # fmt: skip


def _people() -> Step:
    people = people_visible_to(_all()).filter(is_active=True)
    accounts = people.exclude(user=None).count()
    # Three administrations have accounts from the start; a desk and a crew need two more.
    lacking = "" if accounts >= 5 else _("开通账号的人员只有 %(n)s 名，指挥中心和车组还需要账号") % {"n": accounts}
    return Step(
        _("人员和账号"), _("先导入人员，再开通账号；角色由安全管理员授予。"), people.count(),
        (_imports(), (_("人员名册"), _admin("stations_person"))), at_least=4, lacking=lacking,
    )  # fmt: skip


def _roads() -> Step:
    build = current_build()
    return Step(
        _("路网"), _("按道路算谁先到、读桩号、定责任，都要先有路网。"),
        build.junction_count if build is not None else 0, (_imports(), (_("路网"), _admin("roads_networkbuild"))),
    )  # fmt: skip


def _stations() -> Step:
    return Step(
        _("站点资料"), _("服务站、派出所、劝导站：公众查得到，单元从这里出动。"), stations_visible_to(_all()).count(),
        (_imports(), (_("站点资料"), _admin("stations_station"))),
    )  # fmt: skip


def _chiefs() -> Step:
    try:
        levels = len(levels_for(organisation_root()))
    except NotFound:
        levels = 0
    return Step(
        _("级别设置"), _("通常四级：总路长、一级、二级、三级；督办逐级上报。"), levels,
        ((_("级别设置"), _admin("roads_chieflevel")),), at_least=FEWEST_LEVELS,
    )  # fmt: skip


def _segments() -> Step:
    empty = len(segments_without_chief(clock.now(), [""]))
    doubtful = review_items_visible_to(_all()).filter(settled_at=None).count()
    said = [_("%(n)s 段没有路长") % {"n": empty}] if empty else []
    said += [_("%(n)s 条待核对") % {"n": doubtful}] if doubtful else []
    rows = segments_visible_to(_all())
    return Step(
        _("路段和路长"), _("每一米路都有人负责；没有路长的路段要有人看见。"), rows.count(),
        (_imports(), (_("路段清单"), _admin("roads_segment")), (_("待核对"), _admin("roads_reviewitem"))),
        lacking="，".join(said) if not rows.exists() or empty == rows.count() else "",
    )  # fmt: skip


def _rules() -> Step:
    return Step(
        _("警情类别和规则"), _("初始类别、定级表和派警策略随安装带来，可按本地改。"), len(incident_kinds()),
        ((_("警情类别"), _admin("incidents_incidentkind")), (_("决策表"), _admin("core_decisiontable"))),
    )  # fmt: skip


def _shifts() -> Step:
    return Step(
        _("班次"), _("一天分几班，几点交班。"), shifts_visible_to(_all()).count(),
        ((_("班次"), _admin("patrols_shift")), (_("勤务需求"), _admin("patrols_requirement"))),
    )  # fmt: skip


def _units() -> Step:
    out = tours_visible_to(_all()).filter(state="open").count()
    return Step(
        _("单元和出勤"), _("呼号、设备绑定；车组签到后才能被派。"), units_visible_to(_all()).count(),
        ((_("勤务单元"), _admin("patrols_unit")), (_("设备"), _admin("stations_device"))),
        lacking="" if out else _("现在没有单元在岗"),
    )  # fmt: skip


def _first() -> Step:
    return Step(
        _("第一次派警"), _("先用演练走一遍：接警、派警、签收、到场、反馈、办结。"),
        incidents_visible_to(_all()).exclude(assigned_at=None).count(), ((_("指挥"), reverse("command")),),
    )  # fmt: skip


def _boards() -> Step:
    return Step(
        _("公示牌"), _("印制并张贴；扫码看今天谁值班。"), boards_visible_to(_all()).count(),
        ((_("公示牌"), reverse("boards")),), needed=False,
    )  # fmt: skip
