import { Vector3 } from 'three';
import type { Frame } from '../../geo/frame';
import type { Triple } from '../../geo/rd';

export const MODES = ['distance', 'height', 'area'] as const;
export type Mode = (typeof MODES)[number];

/** Points in RD and NAP [m], between which something is measured. */
export interface Measure {
  readonly mode: Mode;
  readonly points: readonly Triple[];
}

/** The fewest points that make a measure. */
export const FEWEST: Record<Mode, number> = { distance: 2, height: 2, area: 3 };

/**
 * What a measure says: metres along a line, metres of height, or square metres seen from above.
 *
 * Lengths and areas are taken in the frame of the tiles, which has true metres; those of RD are up to 0.01% off.
 */
export function valueOf({ mode, points }: Measure, frame: Frame): number {
  if (mode === 'height') return Math.abs((points.at(-1)?.[2] ?? 0) - (points[0]?.[2] ?? 0));
  const local = points.map((point) => frame.fromRd(point));
  return mode === 'distance' ? lengthOf(local) : areaOf(local);
}

export function lengthOf(points: readonly Vector3[]): number {
  return points.slice(1).reduce((sum, point, i) => sum + point.distanceTo(points[i] as Vector3), 0);
}

/** The area of a polygon on the ground, whatever way round it was drawn (shoelace formula). */
export function areaOf(points: readonly Vector3[]): number {
  const twice = points.reduce((sum, { x, y }, i) => {
    const next = points[(i + 1) % points.length] as Vector3;
    return sum + x * next.y - next.x * y;
  }, 0);
  return Math.abs(twice) / 2;
}

export function formatMeasures(measures: readonly Measure[]): string | null {
  if (measures.length === 0) return null;
  return measures.map(({ mode, points }) => `${mode}:${points.map((point) => point.map(centimetres).join(',')).join(';')}`).join('/');
}

/** Reads what `formatMeasures` wrote; throws on anything else. */
export function parseMeasures(state: string): Measure[] {
  return state.split('/').map((one) => {
    const [mode, list] = one.split(':');
    const points = (list ?? '').split(';').map((point) => point.split(',').map((part) => (part === '' ? NaN : Number(part))));
    if (!isMode(mode) || points.length < FEWEST[mode] || !points.every(isTriple)) throw new Error(`no measure: ${one}`);
    return { mode, points };
  });
}

function isMode(name: string | undefined): name is Mode {
  return MODES.some((mode) => mode === name);
}

function isTriple(numbers: readonly number[]): numbers is Triple & number[] {
  return numbers.length === 3 && numbers.every(Number.isFinite);
}

/** Rounded to what a link holds, so that a measure says the same when it is opened again. */
export function centimetres(value: number): number {
  return Number(value.toFixed(2));
}
