// What can be judged of a page without eyes: names, contrast, ids, headings, landmarks, sizes. Returns a list of faults.
() => {
  const faults = [];
  const seen = (node) => node.checkVisibility({ opacityProperty: true, visibilityProperty: true }) && node.getClientRects().length > 0;
  const where = (node) => {
    const own = node.id ? `#${node.id}` : [...node.classList].slice(0, 2).map((each) => `.${each}`).join("");
    return `${node.tagName.toLowerCase()}${own} “${(node.textContent || "").trim().slice(0, 24)}”`;
  };

  // Every control has a name.
  for (const node of document.querySelectorAll("button, a[href], input:not([type=hidden]), select, textarea, summary, [role=tab]")) {
    if (!seen(node)) continue;
    const told = (node.getAttribute("aria-labelledby") || "").split(" ").map((id) => document.getElementById(id)?.textContent || "").join("");
    const labels = [...(node.labels || [])].map((each) => each.textContent).join("");
    const name = [node.getAttribute("aria-label"), told, labels, node.textContent, node.title, node.alt].find((text) => text && text.trim());
    if (!name) faults.push(`no name: ${where(node)} ${node.outerHTML.slice(0, 80)}`);
    if (node.tabIndex > 0) faults.push(`tab order by number: ${where(node)}`);
    // WCAG 2.2, 2.5.8: 24 px, but for links within a text.
    const box = (node.closest("label") || node).getBoundingClientRect();
    const inline = node.tagName === "A" && getComputedStyle(node).display === "inline";
    if (!inline && !node.closest(".skip, .leaflet-container") && !node.classList.contains("skip") && (box.width < 23.5 || box.height < 23.5)) {
      faults.push(`too small to hit: ${where(node)} ${Math.round(box.width)}×${Math.round(box.height)}`);
    }
  }
  for (const node of document.querySelectorAll("img:not([alt])")) faults.push(`picture without words: ${node.src}`);

  // Ids once, one main, headings without a gap, a language.
  const ids = [...document.querySelectorAll("[id]")].map((node) => node.id);
  for (const id of new Set(ids.filter((each, at) => ids.indexOf(each) !== at))) faults.push(`id twice: ${id}`);
  for (const node of document.querySelectorAll("[aria-labelledby], [aria-controls], [aria-describedby]")) {
    for (const name of ["aria-labelledby", "aria-controls", "aria-describedby"]) {
      for (const id of (node.getAttribute(name) || "").split(" ").filter(Boolean)) if (!ids.includes(id)) faults.push(`${name} of nothing: ${id}`);
    }
  }
  if (document.querySelectorAll("main").length !== 1) faults.push(`${document.querySelectorAll("main").length} mains`);
  if (!document.documentElement.lang) faults.push("no language");
  let level = 0;
  for (const node of [...document.querySelectorAll("h1, h2, h3, h4")].filter(seen)) {
    const own = Number(node.tagName[1]);
    if (level && own > level + 1) faults.push(`heading jumps: ${where(node)}`);
    level = own;
  }
  if (document.documentElement.scrollWidth > document.documentElement.clientWidth) faults.push(`wider than its screen: ${document.documentElement.scrollWidth}`);

  // Contrast of every text with what lies beneath it (WCAG 2.2, 1.4.3).
  const colour = (text) => {
    const parts = (text.match(/[\d.]+/g) || ["0", "0", "0", "0"]).map(Number);
    return parts.length < 4 ? [...parts, 1] : parts;
  };
  const over = ([r, g, b, a], under) => [r * a + under[0] * (1 - a), g * a + under[1] * (1 - a), b * a + under[2] * (1 - a), 1];
  const luminance = (rgb) => {
    const [r, g, b] = rgb.slice(0, 3).map((each) => each / 255).map((each) => (each <= 0.04045 ? each / 12.92 : ((each + 0.055) / 1.055) ** 2.4));
    return 0.2126 * r + 0.7152 * g + 0.0722 * b;
  };
  const root = colour(getComputedStyle(document.documentElement).getPropertyValue("--surface-0").trim().replace(/^#(..)(..)(..)$/, (_all, ...hex) => hex.slice(0, 3).map((each) => parseInt(each, 16)).join(" ")));
  const words = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  while (words.nextNode()) {
    const node = words.currentNode.parentElement;
    if (!words.currentNode.textContent.trim() || !seen(node)) continue;
    // What stands on a mark of a map is judged by its tokens (tests/unit/core/test_tokens.py).
    if (node.closest(".case, :disabled, [aria-disabled=true], script, style, canvas, [aria-busy=true]") || node.classList.contains("visually-hidden")) continue;
    const layers = [];
    let opacity = 1;
    let unknown = false;
    for (let at = node; at; at = at.parentElement) {
      const style = getComputedStyle(at);
      opacity *= Number(style.opacity);
      if (style.backgroundImage !== "none") unknown = true;
      const laid = colour(style.backgroundColor);
      if (laid[3] > 0) layers.push(laid);
      if (laid[3] === 1) break;
    }
    if (unknown) continue;
    const ground = layers.reverse().reduce((under, layer) => over(layer, under), root);
    const style = getComputedStyle(node);
    const ink = colour(style.color);
    ink[3] *= opacity;
    const [light, dark] = [luminance(over(ink, ground)), luminance(ground)].sort((a, b) => b - a);
    const contrast = (light + 0.05) / (dark + 0.05);
    const size = parseFloat(style.fontSize);
    const large = size >= 24 || (size >= 18.66 && Number(style.fontWeight) >= 700);
    if (contrast < (large ? 3 : 4.5)) faults.push(`contrast ${contrast.toFixed(2)}: ${where(node)}`);
    if (size < 11.5) faults.push(`small print ${size}px: ${where(node)}`);
  }
  return [...new Set(faults)];
}
