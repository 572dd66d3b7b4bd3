// The wall: larger, nothing to fill in, nothing that turns by itself; `?wall=1` or the key W.
const root = document.documentElement;

export const onWall = () => "wall" in root.dataset;

function set(whether) {
  if (whether) root.dataset.wall = "";
  else delete root.dataset.wall;
}

/** As the address says. */
export function wallStart() {
  set(new URLSearchParams(location.search).get("wall") === "1");
}

/** On or off; the address says so, too, so that a reload changes nothing. */
export function wallToggle() {
  set(!onWall());
  const address = new URL(location.href);
  if (onWall()) address.searchParams.set("wall", "1");
  else address.searchParams.delete("wall");
  history.replaceState(null, "", address);
}
