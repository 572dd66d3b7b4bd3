// Names of codes, and how figures are said.
import { gettext, page } from "./page.js";

export const GRADES = { red: gettext("重点"), yellow: gettext("关注"), blue: gettext("一般"), "": gettext("未定级") };

export const INCIDENT_STATES = {
  received: gettext("已接警"),
  graded: gettext("已定级"),
  pending: gettext("待签收"),
  active: gettext("处置中"),
  reported: gettext("已反馈"),
  reviewed: gettext("已审核"),
  closed: gettext("已办结"),
  returned: gettext("退回"),
  transferred: gettext("已转办"),
  merged: gettext("已合并"),
  waiting: gettext("挂起"),
  false: gettext("误报"),
  reopened: gettext("已重新打开"),
};

export const ASSIGNMENT_STATES = {
  proposed: gettext("建议"),
  offered: gettext("已派警"),
  delivered: gettext("已送达"),
  acknowledged: gettext("已签收"),
  en_route: gettext("在途"),
  on_scene: gettext("到场"),
  cleared: gettext("处置完毕"),
  reported: gettext("已反馈"),
  declined: gettext("拒接"),
  expired: gettext("超时未签收"),
  recalled: gettext("已撤回"),
};

// What an overdue press is about.
export const STAGES = { arrive: gettext("到场超时"), close: gettext("办结超时"), review: gettext("审核超时"), ordered: gettext("督办") };

/** The state of an assignment in words: a proposal that was let go was never an offer that nobody signed for. */
export function assignmentState(row) {
  return row.state === "expired" && !row.offered_at ? gettext("建议已撤") : ASSIGNMENT_STATES[row.state];
}

// What a unit does now: said by the shape of its mark, too.
export const UNIT_STATES = {
  free: gettext("空闲"),
  sent: gettext("在途"),
  scene: gettext("到场"),
  break: gettext("休息"),
  off: gettext("离线"),
};

export const UNIT_KINDS = {
  car: gettext("警车"),
  motorcycle: gettext("摩托"),
  foot: gettext("步巡"),
  station: gettext("站点"),
  drone: gettext("无人机"),
};

export const AGENCIES = {
  traffic: gettext("交警"),
  police_station: gettext("派出所"),
  special: gettext("特警"),
  warden: gettext("路管"),
  joint: gettext("联勤"),
};

export const SHORTFALLS = {
  nobody_on_duty: gettext("可派范围内无人在勤"),
  none_with_power: gettext("在勤单元均不具备所需权限"),
  all_busy: gettext("具备权限的单元均在忙"),
  all_stale: gettext("空闲单元均无有效定位，须人工派警"),
  none_reachable: gettext("空闲单元均无道路可达"),
};

// Why a crew calls for help.
export const BACKUP_REASONS = {
  danger: gettext("人身受威胁"),
  people: gettext("人手不够"),
  injured: gettext("有人受伤"),
  crowd: gettext("围观聚集"),
  traffic: gettext("需要疏导交通"),
  powers: gettext("需要民警到场"),
  other: gettext("其他"),
};

export const FLAGS = {
  far_from_road: gettext("距道路超过 200 米"),
  outside_area: gettext("不在辖区范围内"),
  no_axis: gettext("附近道路无责任路段"),
  no_chief: gettext("该路段没有路长"),
  island: gettext("所在道路与路网不连通"),
  last_fix: gettext("地点是最后一次定位"),
  no_position: gettext("没有定位，地点是机构驻地"),
};

export const SOURCES = {
  phone: gettext("电话"),
  walk_in: gettext("来访"),
  self_found: gettext("自主发现"),
  superior: gettext("上级交办"),
  board_call: gettext("公示牌来电"),
  citizen: gettext("群众上报"),
  camera: gettext("卡口预警"),
  drone: gettext("无人机"),
  device_sos: gettext("设备求助"),
  community: gettext("社区巡逻"),
  api: gettext("接口"),
  transfer: gettext("转警"),
};

// What a place is that somebody typed: how it was understood, and of which sort a named one is.
export const PLACE_KINDS = {
  chainage: gettext("桩号"),
  junction: gettext("路口"),
  place: gettext("地名"),
  station: gettext("站点"),
  road: gettext("道路"),
  bus_station: gettext("汽车站"),
  school: gettext("学校"),
  hospital: gettext("医院"),
  market: gettext("市场"),
  government: gettext("政府"),
  village: gettext("村庄"),
  bridge: gettext("桥梁"),
  interchange: gettext("互通"),
  service: gettext("执法服务站"),
  persuasion: gettext("劝导站"),
  post: gettext("警务岗亭"),
  police_station: gettext("派出所"),
  settlement: gettext("快处快赔中心"),
  command: gettext("指挥中心"),
};

export const TASK_STATES = { open: gettext("待领"), taken: gettext("进行中"), done: gettext("完成"), dropped: gettext("取消") };

export const MARK_TARGETS = { place: gettext("地点"), plate: gettext("号牌"), caller: gettext("来电人") };

export const kindName = (code) => (page.kinds || []).find((kind) => kind.code === code)?.name || code;

/** 75 → 1:15; more than an hour → 1:02:05. */
export function clockText(seconds) {
  const whole = Math.max(0, Math.floor(Math.abs(seconds)));
  const parts = [Math.floor(whole / 3600), Math.floor((whole % 3600) / 60), whole % 60];
  const shown = parts[0] ? parts : parts.slice(1);
  return shown.map((part, index) => (index ? String(part).padStart(2, "0") : String(part))).join(":");
}

/** Short enough for a ring: minutes and seconds, whole minutes where a sign stands before ten and more, hours, or days. */
export function ringText(seconds) {
  const size = Math.abs(seconds);
  if (size >= 100 * 3600) return gettext("%(n)s天", { n: Math.floor(size / 86400) });
  if (size >= 3600) return gettext("%(n)s时", { n: Math.floor(size / 3600) });
  return seconds <= -600 ? gettext("%(n)s分", { n: Math.floor(size / 60) }) : clockText(seconds);
}

/** A rough length of time in words. */
export function ageText(seconds) {
  if (seconds < 60) return gettext("%(n)s 秒", { n: Math.max(0, Math.round(seconds)) });
  if (seconds < 3600) return gettext("%(n)s 分", { n: Math.round(seconds / 60) });
  if (seconds < 86400) return gettext("%(n)s 小时", { n: Math.round(seconds / 3600) });
  return gettext("%(n)s 天", { n: Math.round(seconds / 86400) });
}

export function distanceText(metres) {
  if (metres == null) return "";
  if (metres < 950) return gettext("%(n)s 米", { n: Math.round(metres / 10) * 10 });
  return gettext("%(n)s 公里", { n: (metres / 1000).toFixed(metres < 9950 ? 1 : 0) });
}

const dayTime = new Intl.DateTimeFormat("zh-CN", {
  hour: "2-digit", minute: "2-digit", second: "2-digit", hourCycle: "h23", timeZone: page.time_zone || "Asia/Shanghai",
});

/** 14:32:08 in the zone of the deployment. */
export const timeText = (moment) => (moment ? dayTime.format(typeof moment === "number" ? moment : Date.parse(moment)) : "");

const MANOEUVRES = {
  depart: gettext("出发"),
  continue: gettext("继续"),
  slight_left: gettext("稍向左"),
  left: gettext("左转"),
  sharp_left: gettext("急左转"),
  slight_right: gettext("稍向右"),
  right: gettext("右转"),
  sharp_right: gettext("急右转"),
  turn_round: gettext("掉头"),
  roundabout: gettext("进入环岛"),
  arrive: gettext("到达"),
};

const ARROWS = {
  depart: "↑", continue: "↑", slight_left: "↖", left: "←", sharp_left: "↙", slight_right: "↗", right: "→",
  sharp_right: "↘", turn_round: "↶", roundabout: "⟳", arrive: "◉",
};

/** {arrow, text, length} of one leg of a route. */
export function legWords(leg) {
  // Many a name already begins with the number of its road.
  const road = leg.name?.startsWith(leg.ref || " ") ? leg.name : [leg.ref, leg.name].filter(Boolean).join(" ");
  const move = MANOEUVRES[leg.kind] || leg.kind;
  const text = road && leg.kind !== "arrive" ? gettext("%(move)s，沿%(road)s", { move, road }) : move;
  return { arrow: ARROWS[leg.kind] || "↑", text, length: leg.length_m ? distanceText(leg.length_m) : "" };
}
