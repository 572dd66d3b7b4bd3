/* How old the sheet is, by the clock of the computer that shows it. Written into the sheet itself. */
(() => {
  const place = document.getElementById("sheet-age");
  const LATE_MIN = 10;
  const tell = () => {
    const minutes = Math.floor((Date.now() - Number(place.dataset.made)) / 60000);
    const words = minutes < 1 ? place.dataset.now : place.dataset.minutes.replace("%n", minutes);
    place.className = minutes >= LATE_MIN ? "fallback__old" : "";
    place.textContent = (minutes >= LATE_MIN ? place.dataset.old : "") + words;
  };
  tell();
  setInterval(tell, 10000);
})();
