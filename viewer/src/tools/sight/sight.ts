import type { Triple } from '../../geo/rd';

export const KINDS = ['line', 'shed'] as const;
export type Kind = (typeof KINDS)[number];

export const EYE = { least: 0, usual: 1.7, most: 300 } as const;
export const REACH = { least: 25, usual: 200, most: 600 } as const;

/** A look from a point: along a line to another, or all around. */
export interface Sight {
  readonly kind: Kind;
  /** The place that was pointed at, in RD and NAP [m]. */
  readonly from: Triple | null;
  /** Of the eye above that place [m]. */
  readonly eye: number;
  /** Where the line ends, in RD and NAP [m]. */
  readonly to: Triple | null;
  /** How far one looks around [m]. */
  readonly reach: number;
}

export const NOTHING: Sight = { kind: 'line', from: null, eye: EYE.usual, to: null, reach: REACH.usual };

/** Where the eye is, in RD and NAP [m]. */
export function eyeOf({ from, eye }: Sight): Triple | null {
  return from && [from[0], from[1], from[2] + eye];
}

/** The form in a link: `line:x,y,z,eye,x,y,z` or `shed:x,y,z,eye,reach`; null when nothing was pointed at. */
export function formatSight({ kind, from, eye, to, reach }: Sight): string | null {
  if (!from) return null;
  return `${kind}:${[...from, eye, ...(kind === 'line' ? (to ?? []) : [reach])].join(',')}`;
}

/** Reads what `formatSight` wrote; throws on anything else. */
export function parseSight(state: string): Sight {
  const [kind, list = ''] = state.split(':');
  const numbers = list.split(',').map((part) => (part.trim() === '' ? NaN : Number(part)));
  const [x, y, z, eye, ...rest] = numbers as [number, number, number, number, ...number[]];
  const sound = numbers.length >= 4 && numbers.every(Number.isFinite) && within(eye, EYE);
  const seen: Sight = { ...NOTHING, from: [x, y, z], eye };
  if (sound && kind === 'shed' && rest.length === 1 && within(rest[0] as number, REACH)) return { ...seen, kind, reach: rest[0] as number };
  if (sound && kind === 'line' && rest.length === 0) return { ...seen, kind };
  if (sound && kind === 'line' && rest.length === 3) return { ...seen, kind, to: rest as unknown as Triple };
  throw new Error(`no sight: ${state}`);
}

function within(value: number, { least, most }: { readonly least: number; readonly most: number }): boolean {
  return value >= least && value <= most;
}
