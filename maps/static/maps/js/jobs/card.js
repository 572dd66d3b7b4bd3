// One job as a card: what it is, how far, what came of it, which rows were refused.
import { el } from "../dom.js";
import { gettext, page } from "../page.js";
import { preview } from "./preview.js";

export const OPEN_STATES = new Set(["queued", "running"]);

const STATES = {
  queued: [gettext("排队中"), "info"],
  running: [gettext("进行中"), "info"],
  done: [gettext("完成"), "go"],
  failed: [gettext("失败"), "late"],
  cancelled: [gettext("已取消"), "line"],
};

const moment = new Intl.DateTimeFormat("zh-CN", {
  month: "2-digit", day: "2-digit", hour: "2-digit", minute: "2-digit", hourCycle: "h23", timeZone: page.time_zone || "Asia/Shanghai",
});

const FIGURES = {
  doubtful: (n) => gettext("%(n)s 行把握不足，已列入待核对清单", { n }),
  axes: (n) => gettext("已校准 %(n)s 条轴线", { n }),
  breaks: (n) => gettext("断链 %(n)s 处", { n }),
  version: (n) => gettext("路网版本 %(n)s", { n }),
  junctions: (n) => gettext("路口 %(n)s", { n }),
  edges: (n) => gettext("路段边 %(n)s", { n }),
  km: (n) => gettext("%(n)s 公里", { n }),
  removed: (n) => gettext("已移除新增的 %(n)s 条", { n }),
  restored: (n) => gettext("已恢复 %(n)s 条的原值", { n }),
};

/** The card; `actions`: open, cancel, repeat, undo. */
export function card(job, isOpen, actions) {
  const [word, mark] = STATES[job.state];
  const isBusy = OPEN_STATES.has(job.state);
  return el("li.card", { dataset: { job: job.uid, state: job.state } },
    el("p.row", {},
      el("b.job__name", {}, job.label),
      el(`span.chip.chip--${mark}`, {}, word),
      job.dry_run && el("span.chip.chip--warn", {}, gettext("试导入")),
      job.undoes && el("span.chip.chip--warn", {}, gettext("撤销导入")),
      job.undone_at && el("span.chip.chip--line", {}, gettext("已撤销")),
      el("small.push", {}, moment.format(Date.parse(job.created_at)))),
    job.file_name && el("p.job__name.muted", {}, job.file_name),
    isBusy && progress(job),
    job.accepted !== null && el("p", {}, counts(job)),
    job.error && el("p.banner.banner--error", {}, job.error.cure ? `${job.error.message}（${job.error.cure}）` : job.error.message),
    isOpen && more(job),
    el("p.row.row--end", {},
      el("button.btn.btn--sm.btn--quiet", { type: "button", onclick: () => actions.open(job), dataset: { key: `open-${job.uid}` } },
        isOpen ? gettext("收起") : gettext("详情")),
      isBusy && el("button.btn.btn--sm", { type: "button", onclick: () => actions.cancel(job), dataset: { key: `cancel-${job.uid}` } }, gettext("取消任务")),
      job.may_undo && el("button.btn.btn--sm", { type: "button", onclick: () => actions.undo(job), dataset: { key: `undo-${job.uid}` } }, gettext("撤销导入")),
      !isBusy && job.may_repeat && el(`button.btn.btn--sm${job.dry_run && job.state === "done" ? ".btn--primary" : ""}`,
        { type: "button", onclick: () => actions.repeat(job), dataset: { key: `repeat-${job.uid}` } },
        job.dry_run && job.state === "done" ? gettext("正式导入") : gettext("重新导入"))));
}

function progress(job) {
  const bar = el("progress.job__bar", { max: job.total || 1 });
  // Without a total the bar only moves: how long it takes is not known.
  if (job.total) bar.value = job.done;
  bar.setAttribute("aria-label", gettext("进度"));
  const figures = job.total ? ` ${job.done} / ${job.total}` : "";
  return el("div.stack", {}, el("p", { role: "status" }, el("span", {}, job.word || gettext("等待执行")), figures), bar);
}

function counts(job) {
  const good = job.dry_run ? gettext("可导入 %(n)s 行", { n: job.accepted }) : gettext("已导入 %(n)s 行", { n: job.accepted });
  return job.rejected ? gettext("%(good)s，%(n)s 行有问题", { good, n: job.rejected }) : good;
}

function more(job) {
  const result = job.result || {};
  const said = Object.entries(FIGURES).filter(([name]) => result[name] !== undefined && result[name] !== 0)
    .map(([name, text]) => el("li", {}, text(result[name])));
  return el("div.stack", {},
    said.length > 0 && el("ul", {}, said),
    result.ignored_columns?.length > 0 && el("p.muted", {}, gettext("未使用的列：%(names)s", { names: result.ignored_columns.join("、") })),
    preview(job),
    job.errors?.length > 0 && rows(job),
    result.doubtful_rows?.length > 0 && doubtful(result.doubtful_rows),
    result.log?.length > 0 && el("details", {}, el("summary", {}, gettext("日志")), el("pre.job__log", {}, result.log.join("\n"))));
}

function rows(job) {
  const head = [gettext("行"), gettext("字段"), gettext("值"), gettext("问题"), gettext("办法")];
  return el("div.job__rows", {},
    el("table.table", {},
      el("thead", {}, el("tr", {}, head.map((text) => el("th", { scope: "col" }, text)))),
      el("tbody", {}, job.errors.map((row) => el("tr", {},
        [row.line, row.field, row.value, row.message, row.cure].map((text) => el("td", {}, String(text))))))),
    job.rejected > job.errors.length && el("p.muted", {}, gettext("只显示前 %(n)s 行", { n: job.errors.length })),
    el("p", {}, el("a", { href: `/api/v1/jobs/${job.uid}/errors/`, download: "" }, gettext("下载问题行（CSV）"))));
}

function doubtful(found) {
  return el("details", {}, el("summary", {}, gettext("待核对的行")),
    el("ul", {}, found.map(([line, text]) => el("li", {}, gettext("第 %(line)s 行：%(text)s", { line, text })))));
}
