import type { Facade } from '../service';

export const NORMS = ['light', 'strict'] as const;
export type Norm = (typeof NORMS)[number];
export const SHOWN = ['before', 'after', 'difference'] as const;
export type Shown = (typeof SHOWN)[number];

/** Possible sun hours that the TNO norm asks for. */
export const ASKED: Readonly<Record<Norm, number>> = { light: 2, strict: 3 };

export interface HourClass {
  readonly id: string;
  readonly colour: string;
}

// From dark to light, which a colour-blind eye and a grey print tell apart as well.
const HOURS: readonly (HourClass & { readonly below: number })[] = [
  { id: 'h1', colour: '#2c1e5c', below: 1 },
  { id: 'h2', colour: '#7a3b8f', below: 2 },
  { id: 'h3', colour: '#c9566f', below: 3 },
  { id: 'h4', colour: '#f0944d', below: 4 },
  { id: 'more', colour: '#fbe08a', below: Infinity },
];
const CHANGES: readonly (HourClass & { readonly below: number })[] = [
  { id: 'loss2', colour: '#7b1e3a', below: -2 },
  { id: 'loss1', colour: '#c4513f', below: -1 },
  { id: 'loss', colour: '#eeaa73', below: -0.01 },
  { id: 'same', colour: '#d9dde1', below: 0.01 },
  { id: 'gain', colour: '#3f8fb5', below: Infinity },
];

export function classesOf(shown: Shown): readonly HourClass[] {
  return shown === 'difference' ? CHANGES : HOURS;
}

/** Hours of a facade by a norm: before, after, or the difference. */
export function hoursOf(facade: Pick<Facade, Norm>, norm: Norm, shown: Shown): number {
  const [before, after] = facade[norm];
  return shown === 'before' ? before : shown === 'after' ? after : after - before;
}

/** The class of a facade, as a place in `classesOf`. */
export function classOf(facade: Pick<Facade, Norm>, norm: Norm, shown: Shown): number {
  const hours = hoursOf(facade, norm, shown);
  return (shown === 'difference' ? CHANGES : HOURS).findIndex(({ below }) => hours < below);
}

/** What the facades of a pand together lose or gain. */
export interface PandHours {
  readonly pand: string;
  /** Facades of it that change. */
  readonly count: number;
  /** Of the facade that changes most. */
  readonly before: number;
  readonly after: number;
  /** Facades that met the norm and do no more. */
  readonly fallen: number;
}

/** The panden whose facades change, those that lose most first. */
export function pandenOf(facades: readonly Facade[], norm: Norm): PandHours[] {
  const known = new Map<string, PandHours>();
  for (const facade of facades) {
    const [before, after] = facade[norm];
    if (before === after) continue;
    const one = known.get(facade.pand) ?? { pand: facade.pand, count: 0, before, after, fallen: 0 };
    const most = Math.abs(after - before) > Math.abs(one.after - one.before) ? { before, after } : { before: one.before, after: one.after };
    const fell = before >= ASKED[norm] && after < ASKED[norm];
    known.set(facade.pand, { ...one, ...most, count: one.count + 1, fallen: one.fallen + (fell ? 1 : 0) });
  }
  return [...known.values()].sort((a, b) => a.after - a.before - (b.after - b.before));
}
