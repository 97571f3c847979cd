import { Plane, Vector3 } from 'three';
import type { Frame } from '../../geo/frame';

/** A cut through the city: at a height [m NAP], or upright through a place in RD, seen in a direction [degrees]. */
export type Cut =
  | { readonly kind: 'level'; readonly height: number }
  | { readonly kind: 'upright'; readonly x: number; readonly y: number; readonly bearing: number; readonly offset: number };

/** The plane of a cut in the scene's own metres; what lies behind it is cut away. */
export function planeOf(cut: Cut, frame: Frame, [x, y]: readonly [number, number]): Plane {
  if (cut.kind === 'level') {
    return new Plane().setFromNormalAndCoplanarPoint(new Vector3(0, 0, -1), frame.fromRd([x, y, cut.height]));
  }
  // Away from who looks: what stands before the plane goes, what lies beyond stays.
  const bearing = (cut.bearing * Math.PI) / 180;
  const normal = new Vector3(Math.sin(bearing), Math.cos(bearing), 0);
  const point = frame.fromRd([cut.x, cut.y, 0]).addScaledVector(normal, cut.offset);
  return new Plane().setFromNormalAndCoplanarPoint(normal, point);
}

export function formatCut(cut: Cut): string {
  return cut.kind === 'level' ? `level:${cut.height}` : `upright:${[cut.x, cut.y, cut.bearing, cut.offset].join(',')}`;
}

/** Reads what `formatCut` wrote; throws on anything else. */
export function parseCut(state: string): Cut {
  const [kind, list = ''] = state.split(':');
  const numbers = list.split(',').map((part) => (part.trim() === '' ? NaN : Number(part)));
  const [first, y, bearing, offset] = numbers as [number, number, number, number];
  if (numbers.every(Number.isFinite)) {
    if (kind === 'level' && numbers.length === 1) return { kind, height: first };
    if (kind === 'upright' && numbers.length === 4) return { kind, x: first, y, bearing, offset };
  }
  throw new Error(`no cut: ${state}`);
}
