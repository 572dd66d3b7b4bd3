// Web Mercator as fractions of the world: (0, 0) north-west, (1, 1) south-east. Times 256·2^zoom it is Leaflet's pixels.
const RADIANS = Math.PI / 180;

export const worldX = (lon) => (lon + 180) / 360;

export function worldY(lat) {
  const sine = Math.sin(lat * RADIANS);
  return 0.5 - Math.log((1 + sine) / (1 - sine)) / (4 * Math.PI);
}

export const lonOf = (x) => x * 360 - 180;

export const latOf = (y) => Math.atan(Math.sinh(Math.PI * (1 - 2 * y))) / RADIANS;

/** Pixels of the whole world's side at a zoom. */
export const worldSize = (zoom) => 256 * 2 ** zoom;

const EARTH_M = 6_371_008.8;

/** Metres between two places on a sphere; good to half a per cent. */
export function metresBetween(lonA, latA, lonB, latB) {
  const north = Math.sin(((latB - latA) * RADIANS) / 2);
  const east = Math.sin(((lonB - lonA) * RADIANS) / 2);
  return 2 * EARTH_M * Math.asin(Math.min(1, Math.hypot(north, Math.sqrt(Math.cos(latA * RADIANS) * Math.cos(latB * RADIANS)) * east)));
}
