// Plain data that the server gave this page (json_script), and the words of the page's language.

const given = document.getElementById("page-data");

/** What the server told this page: bounds, language, rights, kinds. */
export const page = given ? JSON.parse(given.textContent) : {};

async function catalogue() {
  if (!page.language || page.language.startsWith("zh")) return {};
  try {
    const answer = await fetch(`/words/${page.language}.json`);
    return answer.ok ? await answer.json() : {};
  } catch {
    return {}; // Chinese is better than nothing.
  }
}

const words = await catalogue();

/** The text in the page's language; `%(name)s` is filled from `values`. */
export function gettext(text, values = {}) {
  const found = words[text] || text;
  return found.replace(/%\((\w+)\)s/g, (whole, name) => (name in values ? String(values[name]) : whole));
}
