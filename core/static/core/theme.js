// Day or night: as chosen on this computer, else as its system says. Loaded first, so that nothing flashes.
const chosen = localStorage.getItem("theme");
const night = chosen ? chosen === "dark" : matchMedia("(prefers-color-scheme: dark)").matches;
document.documentElement.dataset.theme = night ? "dark" : "light";
