// Day or night: as chosen on this computer, else as its system says. Loaded first, so that nothing flashes; a plain script,
// since a module would come after the first paint. core/look.js goes on from here.
{
  const chosen = localStorage.getItem("theme");
  // Anything else, as an older page of /admin/ may have kept it, is no choice.
  const night = ["dark", "light"].includes(chosen) ? chosen === "dark" : matchMedia("(prefers-color-scheme: dark)").matches;
  document.documentElement.dataset.theme = night ? "dark" : "light";
}
