// Day or night, as chosen on this computer. Loaded first, so that nothing flashes.
document.documentElement.dataset.theme = localStorage.getItem("theme") === "dark" ? "dark" : "light";
