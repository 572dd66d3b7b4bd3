// Units as a table: all that is needed when the map is down. State and age go on with the feed.
import { get } from "../api.js";
import { el } from "../dom.js";
import { gettext } from "../page.js";
import { ageStamp, agencyChips, exerciseChip, unitChip } from "../parts.js";
import { SortTable } from "../table.js";
import { AGENCIES, ageText, UNIT_KINDS, UNIT_STATES } from "../words.js";

const ORDER = { free: 0, sent: 1, scene: 2, break: 3 };

export const phoneLinks = (phones) => phones.map((phone) => el("a.phone", { href: `tel:${phone}` }, phone));

export class UnitsPanel {
  constructor(store, { choose }) {
    this.title = gettext("单元表");
    this.store = store;
    this.units = [];
    const agencies = (row) => (row.agencies.length ? row.agencies : [row.agency]);
    this.table = new SortTable({
      id: "units-table",
      label: gettext("在岗单元"),
      rowKey: (row) => row.call_sign + row.tour_id,
      onOpen: (row) => { const held = this.look(row).assignment; if (held) choose(held.incident); },
      empty: gettext("没有单元在岗"),
      columns: [
        { key: "call_sign", name: gettext("呼号"), of: (row) => row.call_sign, draw: (row) => el("b", {}, row.call_sign) },
        { key: "state", name: gettext("状态"), of: (row) => ORDER[this.look(row).state], words: (row) => [UNIT_STATES[this.look(row).state], row.is_exercise && gettext("演练")].filter(Boolean).join(" "),
          draw: (row) => { const look = this.look(row); return [unitChip(look.state), row.is_exercise && exerciseChip(), look.assignment && el("small", {}, ` ${look.assignment.incident_number}`)]; } },
        { key: "agency", name: gettext("警种"), of: (row) => agencies(row).map((each) => AGENCIES[each] || each).join(" "), draw: (row) => agencyChips(row) },
        { key: "kind", name: gettext("类别"), of: (row) => UNIT_KINDS[row.kind] || row.kind },
        { key: "place", name: gettext("位置"), of: (row) => row.place, draw: (row) => [row.place || "–", row.placed_by === "post" && el("small", {}, gettext("（岗点）"))] },
        { key: "age", name: gettext("定位"), of: (row) => this.look(row).seconds, draw: (row) => this.age(row) },
        { key: "people", name: gettext("人数"), of: (row) => row.people, num: true },
        { key: "radio", name: gettext("电台"), of: (row) => row.radio },
        { key: "phones", name: gettext("值班电话"), of: (row) => row.phones.join(" "), draw: (row) => phoneLinks(row.phones) },
        { key: "lead", name: gettext("带班"), of: (row) => row.lead },
      ],
    });
    this.place = this.table.place;
  }

  /** As the feed tells it; a unit that the feed does not know is as the table was read. */
  look(row) {
    const unit = this.store.units.get(row.tour_id);
    return unit ? this.store.look(unit) : { state: row.state === "break" ? "break" : row.state === "free" ? "free" : "sent", age: this.store.ageOf(row.age_s), seconds: row.age_s };
  }

  age(row) {
    const look = this.look(row);
    return look.seconds == null ? ageStamp("unknown", gettext("没有定位")) : ageStamp(look.age, gettext("%(age)s前", { age: ageText(look.seconds) }));
  }

  async load() {
    this.units = (await get("/command/resources/")).units;
  }

  draw() {
    this.table.show(this.units);
  }
}
