// The shapes of marks in a box of 24 × 24: what something is is said by its shape, and by its colour besides.

/** What a unit does. */
export const UNIT_SHAPES = {
  free: "M12 3a9 9 0 1 1 0 18 9 9 0 0 1 0-18z",
  sent: "M12 1.5 20.5 21.5 12 17 3.5 21.5z",
  scene: "M3.5 3.5h17v17h-17z",
  break: "M12 3a9 9 0 1 1 0 18 9 9 0 0 1 0-18z",
};

/** What a unit is, drawn within its shape. */
export const KIND_SHAPES = {
  car: "M6.5 14.5v-2.3L8.6 8.5h6.8l2.1 3.7v2.3zM6.5 12.2h11M8.3 14.5v1.6M15.7 14.5v1.6",
  motorcycle: "M7.5 12.7a2 2 0 1 0 0 4 2 2 0 0 0 0-4zM16.5 12.7a2 2 0 1 0 0 4 2 2 0 0 0 0-4zM7.5 14.7l3-4.2h3.5l2.5 4.2M14 10.5l-.7-2.2h2",
  foot: "M12 6.1a1.5 1.5 0 1 0 0 3 1.5 1.5 0 0 0 0-3zM12 9.3v4l-2.2 4M12 13.3l2.2 4M9 11.3h6",
  station: "M7.5 16.5v-5.5L12 7.3l4.5 3.7v5.5z",
  drone: "M8 8l8 8M16 8l-8 8M8 6.7a1.3 1.3 0 1 0 0 2.6 1.3 1.3 0 0 0 0-2.6zM16 6.7a1.3 1.3 0 1 0 0 2.6 1.3 1.3 0 0 0 0-2.6z",
};

/** A nose that looks out from under the shape: where a unit that moves is going. */
export const COURSE_SHAPE = "M12-4.5 18 7H6z";

/** Grades of an incident. */
export const GRADE_SHAPES = {
  red: "M8 2h8l6 6v8l-6 6H8l-6-6V8z",
  yellow: "M12 2 23 21H1z",
  blue: "M12 2a10 10 0 1 1 0 20 10 10 0 0 1 0-20z",
  "": "M12 2a10 10 0 1 1 0 20 10 10 0 0 1 0-20z",
};

/** The rings of cameras, from the county's border inwards: as many corners as their number has, from the third on. */
export const RING_SHAPES = {
  1: "M12 2.5a9.5 9.5 0 1 1 0 19 9.5 9.5 0 0 1 0-19z",
  2: "M12 1.5 22.5 12 12 22.5 1.5 12z",
  3: "M12 2 23 21H1z",
  4: "M3 3h18v18H3z",
  5: "M12 1.5 22.5 9.1 18.5 21.4h-13L1.5 9.1z",
  6: "M12 1 21.5 6.5v11L12 23l-9.5-5.5v-11z",
};
export const RING_COLOURS = { 1: "--red", 2: "--unit-sent", 3: "--unit-free", 4: "--blue", 5: "--map-segment", 6: "--brand" };

/** Places where police work. */
export const PLACE_SHAPE = "M4 21V10l8-7.5L20 10v11z";

const SVG = "http://www.w3.org/2000/svg";

export function pathOf(shape, className = "") {
  const made = document.createElementNS(SVG, "path");
  made.setAttribute("d", shape);
  if (className) made.setAttribute("class", className);
  return made;
}

/** A ring around a mark; how much of it is drawn says `--p` (0–1). */
/** An svg of paths, hidden from readers of the screen: the words beside it say the same. */
export function svgOf(...paths) {
  const svg = document.createElementNS(SVG, "svg");
  svg.setAttribute("viewBox", "0 0 24 24");
  svg.setAttribute("aria-hidden", "true");
  svg.append(...paths.filter(Boolean));
  return svg;
}
