// Just enough of the Mapbox vector tile format to draw lines: protobuf with four kinds of fields, geometry in whole steps.
const VARINT = 0;
const FIXED64 = 1;
const BYTES = 2;
const FIXED32 = 5;
const MOVE = 1;
const LINE = 2;
const LINES = 2;

class Reader {
  constructor(bytes, at = 0, end = bytes.length) {
    this.bytes = bytes;
    this.at = at;
    this.end = end;
  }

  varint() {
    let value = 0;
    let factor = 1;
    for (;;) {
      const byte = this.bytes[this.at];
      if (byte === undefined) throw new RangeError("a vector tile ends in the middle");
      this.at += 1;
      value += (byte & 0x7f) * factor;
      if (byte < 0x80) return value;
      factor *= 128;
    }
  }

  part() {
    const size = this.varint();
    const made = new Reader(this.bytes, this.at, this.at + size);
    this.at += size;
    return made;
  }

  text() {
    const { bytes, at, end } = this.part();
    return new TextDecoder().decode(bytes.subarray(at, end));
  }

  /** Call `take(field, reader, wire)` for each field; what it does not read is passed over. */
  fields(take) {
    while (this.at < this.end) {
      const tag = this.varint();
      const before = this.at;
      take(Math.floor(tag / 8), this, tag & 7);
      if (this.at === before) this.pass(tag & 7);
    }
  }

  pass(wire) {
    if (wire === VARINT) this.varint();
    else if (wire === FIXED64) this.at += 8;
    else if (wire === BYTES) this.part();
    else if (wire === FIXED32) this.at += 4;
    else throw new RangeError(`a vector tile with a field of kind ${wire}`);
  }

  packed() {
    const part = this.part();
    const found = [];
    while (part.at < part.end) found.push(part.varint());
    return found;
  }
}

const unzigzag = (value) => (value % 2 ? -(value + 1) / 2 : value / 2);

function valueOf(reader) {
  let found = null;
  reader.fields((field, from) => {
    if (field === 1) found = from.text();
    else if (field === 4 || field === 5) found = from.varint();
    else if (field === 6) found = unzigzag(from.varint());
    else if (field === 7) found = Boolean(from.varint());
  });
  return found;
}

function linesOf(steps) {
  const lines = [];
  let x = 0;
  let y = 0;
  for (let index = 0; index < steps.length;) {
    const command = steps[index] & 7;
    const count = steps[index] >> 3;
    index += 1;
    if (command !== MOVE && command !== LINE) continue;
    for (let turn = 0; turn < count; turn += 1) {
      x += unzigzag(steps[index]);
      y += unzigzag(steps[index + 1]);
      index += 2;
      if (command === MOVE) lines.push([]);
      lines.at(-1)?.push([x, y]);
    }
  }
  return lines;
}

function featureOf(reader, keys, values) {
  const made = { kind: 0, tags: [], steps: [] };
  reader.fields((field, from) => {
    if (field === 2) made.tags = from.packed();
    else if (field === 3) made.kind = from.varint();
    else if (field === 4) made.steps = from.packed();
  });
  const properties = {};
  for (let index = 0; index + 1 < made.tags.length; index += 2) properties[keys[made.tags[index]]] = values[made.tags[index + 1]];
  return made.kind === LINES ? { properties, lines: linesOf(made.steps) } : null;
}

function layerOf(reader) {
  const made = { name: "", extent: 4096, keys: [], values: [], features: [] };
  reader.fields((field, from) => {
    if (field === 1) made.name = from.text();
    else if (field === 2) made.features.push(from.part());
    else if (field === 3) made.keys.push(from.text());
    else if (field === 4) made.values.push(valueOf(from.part()));
    else if (field === 5) made.extent = from.varint();
  });
  const features = made.features.map((each) => featureOf(each, made.keys, made.values)).filter(Boolean);
  return { name: made.name, extent: made.extent, features };
}

/** The line features of a tile's bytes, by layer: `[{name, extent, features: [{properties, lines: [[[x, y], …], …]}]}]`. */
export function linesOfTile(bytes) {
  const layers = [];
  new Reader(bytes).fields((field, from) => {
    if (field === 3) layers.push(layerOf(from.part()));
  });
  return layers;
}
