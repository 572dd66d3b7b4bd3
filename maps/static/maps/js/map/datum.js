// The shifted grids of Chinese maps, as core/geo/datum.py has them; tests compare the two.
const AXIS_M = 6378245.0;
const ECCENTRICITY_SQUARED = 0.00669342162296594323;
const BD_ANGLE = (Math.PI * 3000.0) / 180.0;
const { sin, cos, sqrt, abs, PI } = Math;

function gcj(lon, lat) {
  const x = lon - 105.0;
  const y = lat - 35.0;
  const wave = 20.0 * sin(6.0 * x * PI) + 20.0 * sin(2.0 * x * PI);
  let north = -100.0 + 2.0 * x + 3.0 * y + 0.2 * y * y + 0.1 * x * y + 0.2 * sqrt(abs(x));
  north += ((wave + 20.0 * sin(y * PI) + 40.0 * sin((y / 3.0) * PI)) * 2.0) / 3.0;
  north += ((160.0 * sin((y / 12.0) * PI) + 320.0 * sin((y * PI) / 30.0)) * 2.0) / 3.0;
  let east = 300.0 + x + 2.0 * y + 0.1 * x * x + 0.1 * x * y + 0.1 * sqrt(abs(x));
  east += ((wave + 20.0 * sin(x * PI) + 40.0 * sin((x / 3.0) * PI)) * 2.0) / 3.0;
  east += ((150.0 * sin((x / 12.0) * PI) + 300.0 * sin((x / 30.0) * PI)) * 2.0) / 3.0;
  const radians = (lat * PI) / 180;
  const square = 1.0 - ECCENTRICITY_SQUARED * sin(radians) ** 2;
  const meridian = (AXIS_M * (1.0 - ECCENTRICITY_SQUARED)) / (square * sqrt(square));
  const parallel = (AXIS_M / sqrt(square)) * cos(radians);
  return [lon + ((east / parallel) * 180) / PI, lat + ((north / meridian) * 180) / PI];
}

function baidu(lon, lat) {
  const radius = Math.hypot(lon, lat) + 0.00002 * sin(lat * BD_ANGLE);
  const angle = Math.atan2(lat, lon) + 0.000003 * cos(lon * BD_ANGLE);
  return [radius * cos(angle) + 0.0065, radius * sin(angle) + 0.006];
}

const FORWARD = { wgs84: null, gcj02: gcj, bd09: (lon, lat) => baidu(...gcj(lon, lat)) };
const STEPS = 6;

/** WGS-84 degrees as [lon, lat] of "wgs84" | "gcj02" | "bd09". A deployment lies in the mainland: its edge is not asked. */
export function fromWgs84(lon, lat, datum) {
  const forward = FORWARD[datum];
  return forward ? forward(lon, lat) : [lon, lat];
}

/** The way back: there is no closed form, six steps leave less than a micrometre. */
export function toWgs84(lon, lat, datum) {
  const forward = FORWARD[datum];
  if (!forward) return [lon, lat];
  let [x, y] = [lon, lat];
  for (let step = 0; step < STEPS; step += 1) {
    const [shiftedX, shiftedY] = forward(x, y);
    x += lon - shiftedX;
    y += lat - shiftedY;
  }
  return [x, y];
}
