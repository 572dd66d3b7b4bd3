// Where this phone is. Asked for once somebody is at work with the page; a phone that says nothing stops nobody.
const OLD_MS = 60000;
const listeners = new Set();
let watching = null;
let last = null;

/** Begin to watch; `tell({lon, lat, accuracy_m, course_deg, speed_mps})` with every fix. Returns what ends it. */
export function watchPlace(tell) {
  listeners.add(tell);
  if (last) tell(last);
  if (watching == null && navigator.geolocation) {
    watching = navigator.geolocation.watchPosition(take, () => null, { enableHighAccuracy: true, maximumAge: 5000 });
  }
  return () => {
    listeners.delete(tell);
    if (!listeners.size && watching != null) {
      navigator.geolocation.clearWatch(watching);
      watching = null;
    }
  };
}

function take({ coords }) {
  last = {
    lon: coords.longitude, lat: coords.latitude, accuracy_m: coords.accuracy, course_deg: coords.heading,
    speed_mps: coords.speed, heard: performance.now(),
  };
  for (const tell of listeners) tell(last);
}

/** The last place as the API takes it, or null when there is none of the last minute. Browsers speak WGS-84. */
export function placeNow() {
  if (!last || performance.now() - last.heard > OLD_MS) return null;
  return { lon: last.lon, lat: last.lat, datum: "wgs84", accuracy_m: Math.round(last.accuracy_m) };
}

const RADIUS_M = 6371008.8;
const radians = (degrees) => (degrees * Math.PI) / 180;

/** Metres between two [lon, lat] along a great circle. */
export function metresBetween([lon1, lat1], [lon2, lat2]) {
  const a = Math.sin(radians(lat2 - lat1) / 2) ** 2
    + Math.cos(radians(lat1)) * Math.cos(radians(lat2)) * Math.sin(radians(lon2 - lon1) / 2) ** 2;
  return 2 * RADIUS_M * Math.asin(Math.sqrt(a));
}
