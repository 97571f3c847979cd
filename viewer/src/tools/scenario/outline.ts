import type { Outline } from '../../api/types';

/** A place in RD [m]. */
export type Place = readonly [number, number];
export type Ring = readonly Place[];

/** Corners of a rectangle around a place; `rotation` in degrees, clockwise from north as on a compass. */
export function rectangle([x, y]: Place, width: number, depth: number, rotation = 0): Place[] {
  const corners = [
    [-1, -1],
    [1, -1],
    [1, 1],
    [-1, 1],
  ] as const;
  return corners.map(([across, along]) => turned([x + (across * width) / 2, y + (along * depth) / 2], [x, y], rotation));
}

/** A rectangle as a form shows it. */
export interface Rectangle {
  readonly middle: Place;
  readonly width: number;
  readonly depth: number;
  /** Degrees clockwise. */
  readonly rotation: number;
}

const SQUARE = 0.02;

/** The rectangle that a ring draws; null when it draws anything else. */
export function asRectangle(ring: Ring): Rectangle | null {
  const [a, b, c, d] = ring;
  if (ring.length !== 4 || !a || !b || !c || !d) return null;
  const [along, up] = [minus(b, a), minus(d, a)];
  const [width, depth] = [Math.hypot(...along), Math.hypot(...up)];
  const opposite = minus(c, [b[0] + up[0], b[1] + up[1]]);
  const skew = Math.abs(along[0] * up[0] + along[1] * up[1]);
  if (width === 0 || depth === 0 || Math.hypot(...opposite) > SQUARE || skew > SQUARE * Math.max(width, depth)) return null;
  const middle: Place = [millimetres((a[0] + c[0]) / 2), millimetres((a[1] + c[1]) / 2)];
  return { middle, width: centimetres(width), depth: centimetres(depth), rotation: degrees((-Math.atan2(along[1], along[0]) * 180) / Math.PI) };
}

/** A place turned around another, in degrees clockwise. */
export function turned([x, y]: Place, [cx, cy]: Place, rotation: number): Place {
  const angle = (-rotation * Math.PI) / 180;
  const [cos, sin] = [Math.cos(angle), Math.sin(angle)];
  const [dx, dy] = [x - cx, y - cy];
  return [millimetres(cx + dx * cos - dy * sin), millimetres(cy + dx * sin + dy * cos)];
}

export function shifted(rings: readonly Ring[], dx: number, dy: number): Place[][] {
  return rings.map((ring) => ring.map(([x, y]): Place => [millimetres(x + dx), millimetres(y + dy)]));
}

/** The middle of what rings enclose, holes taken out; around it the server turns. */
export function centroid(rings: readonly Ring[]): Place {
  const [outer = [], ...holes] = rings;
  const [origin = [0, 0] as const] = outer;
  let [area, mx, my] = [0, 0, 0];
  for (const [at, ring] of [outer, ...holes].entries()) {
    const part = moments(ring, origin);
    const sign = Math.sign(part.area) * (at === 0 ? 1 : -1);
    area += sign * part.area;
    mx += sign * part.mx;
    my += sign * part.my;
  }
  if (area === 0) return mean(outer);
  return [origin[0] + mx / area, origin[1] + my / area];
}

/** Square metres that a ring encloses. */
export function areaOf(ring: Ring): number {
  return Math.abs(moments(ring, ring[0] ?? [0, 0]).area);
}

// Around a corner of the ring itself, as numbers of RD are too large to multiply.
function moments(ring: Ring, [ox, oy]: Place): { area: number; mx: number; my: number } {
  let [area, mx, my] = [0, 0, 0];
  for (const [at, [x, y]] of ring.entries()) {
    const [nx, ny] = ring[(at + 1) % ring.length] as Place;
    const [ax, ay, bx, by] = [x - ox, y - oy, nx - ox, ny - oy];
    const cross = (ax * by - bx * ay) / 2;
    area += cross;
    mx += (cross * (ax + bx)) / 3;
    my += (cross * (ay + by)) / 3;
  }
  return { area, mx, my };
}

function mean(ring: Ring): Place {
  const sum = ring.reduce((total, [x, y]): [number, number] => [total[0] + x, total[1] + y], [0, 0]);
  return [sum[0] / Math.max(ring.length, 1), sum[1] / Math.max(ring.length, 1)];
}

/** Rings of the largest part of an outline of the API. */
export function ringsOf(outline: Outline): Place[][] {
  const parts = outline.type === 'Polygon' ? [outline.coordinates] : outline.coordinates;
  const rings = parts.map((part) => part.map((ring) => ring.slice(0, -1).map(([x, y]): Place => [x ?? 0, y ?? 0])));
  return rings.sort((a, b) => areaOf(b[0] ?? []) - areaOf(a[0] ?? []))[0] ?? [];
}

/** An angle between -180 and 180 degrees, to a tenth. */
export function degrees(angle: number): number {
  const within = ((((angle + 180) % 360) + 360) % 360) - 180;
  const rounded = Number(within.toFixed(1));
  return rounded === -180 ? 180 : rounded + 0;
}

function minus([ax, ay]: Place, [bx, by]: Place): [number, number] {
  return [ax - bx, ay - by];
}

export function millimetres(value: number): number {
  return Number(value.toFixed(3));
}

export function centimetres(value: number): number {
  return Number(value.toFixed(2));
}
