// Base map of the forms in /admin/: our own tiles beneath what is drawn, beginning where the network lies.
const told = document.querySelector("[data-map-page]").dataset.mapPage;

// The base map reads what its page was told from the same place as on every other page.
if (!document.getElementById("page-data")) {
  const data = document.createElement("script");
  data.type = "application/json";
  data.id = "page-data";
  data.textContent = told;
  document.body.append(data);
}

window.addEventListener("map:init", async ({ detail: { map } }) => {
  const [west, south, east, north] = JSON.parse(told).bounds;
  map.fitBounds([[south, west], [north, east]], { animate: false });
  const { baseMap } = await import("./basemap.js");
  map.base = await baseMap(map);
});
