// Marks that would lie on one another, put together. No map needed: plain numbers in, plain groups out.

/**
 * Groups of marks on a grid of `cell` pixels that stays with the ground: a map that is moved shows the same groups.
 * `marks`: [{px, py}] in pixels of the view, `dx`, `dy` where the view begins. Marks for which `apart(mark)` is true stay
 * single. Returns {singles, groups: [{px, py, members}]}; a group has two members or more and lies in their middle.
 */
export function clustered(marks, { cell, dx, dy, apart }) {
  const cells = new Map();
  const singles = [];
  for (const mark of marks) {
    if (apart(mark)) {
      singles.push(mark);
      continue;
    }
    const key = Math.floor((mark.px + dx) / cell) * 2 ** 26 + Math.floor((mark.py + dy) / cell);
    const found = cells.get(key);
    if (found) found.push(mark);
    else cells.set(key, [mark]);
  }
  const groups = [];
  for (const members of cells.values()) {
    if (members.length === 1) {
      singles.push(members[0]);
      continue;
    }
    let px = 0;
    let py = 0;
    for (const mark of members) {
      px += mark.px;
      py += mark.py;
    }
    groups.push({ px: px / members.length, py: py / members.length, members });
  }
  return { singles, groups };
}
