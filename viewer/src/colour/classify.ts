import type { Value } from '../api/types';
import { CATEGORIES, NO, OTHER, YES, ramp } from './ramps';

export type Bound = number | null;

/** What a class of the legend holds, apart from its colour and count. */
export type Meaning =
  | { readonly kind: 'range'; readonly from: Bound; readonly to: Bound }
  | { readonly kind: 'number'; readonly value: number }
  | { readonly kind: 'text'; readonly value: string }
  | { readonly kind: 'boolean'; readonly value: boolean }
  | { readonly kind: 'other'; readonly values: number };

export interface LegendClass {
  readonly meaning: Meaning;
  readonly colour: string;
  readonly count: number;
}

export interface Classification {
  readonly classes: readonly LegendClass[];
  /** Class of each value, -1 where there is none. */
  readonly classOf: Int16Array;
  readonly missing: number;
}

const MOST_CLASSES = 6;
const MOST_SINGLE_NUMBERS = 7;
const LABEL = /^[A-G]\+*$/;

/** Divides the values of an attribute into the classes of a legend; every value is in one class or counted missing. */
export function classify(values: readonly Value[]): Classification {
  const present = values.filter((value) => !isMissing(value));
  if (present.length > 0 && present.every((value) => typeof value === 'number')) return numeric(values);
  if (present.length > 0 && present.every((value) => typeof value === 'boolean')) return boolean(values);
  return categorical(values);
}

/**
 * Round class bounds that divide sorted numbers into about equally filled classes.
 *
 * Quantiles, each rounded to the fewest digits that keep it between its neighbours; ties merge, so heavily repeated
 * values give fewer classes, never empty ones.
 */
export function roundBreaks(sorted: Float64Array, classes: number): number[] {
  const low = sorted[0] as number;
  const high = sorted[sorted.length - 1] as number;
  const breaks: number[] = [];
  for (let step = 1; step < classes; step++) {
    const quantile = sorted[Math.floor((step * sorted.length) / classes)] as number;
    const tolerance = (high - low) / (classes * 4);
    const rounded = roundWithin(quantile, tolerance);
    const last = breaks.at(-1) ?? low;
    if (rounded > last && rounded <= high) breaks.push(rounded);
  }
  return breaks.filter((bound, i) => countBetween(sorted, breaks[i - 1] ?? -Infinity, bound) > 0);
}

function numeric(values: readonly Value[]): Classification {
  const sorted = Float64Array.from(values.filter(isNumber));
  sorted.sort();
  const distinct = [...new Set(sorted)];
  if (distinct.length <= MOST_SINGLE_NUMBERS) {
    const colours = ramp(distinct.length);
    const index = new Map(distinct.map((value, i) => [value, i]));
    return build(
      values,
      distinct.map((value, i) => ({ meaning: { kind: 'number', value }, colour: colours[i] as string })),
      (value) => index.get(value as number) as number,
    );
  }
  const breaks = roundBreaks(sorted, MOST_CLASSES);
  const bounds: Bound[] = [null, ...breaks, null];
  const colours = ramp(breaks.length + 1);
  return build(
    values,
    colours.map((colour, i) => ({
      meaning: { kind: 'range', from: bounds[i] as Bound, to: bounds[i + 1] as Bound },
      colour,
    })),
    (value) => breaks.filter((bound) => bound <= (value as number)).length,
  );
}

function boolean(values: readonly Value[]): Classification {
  return build(
    values,
    [
      { meaning: { kind: 'boolean', value: true }, colour: YES },
      { meaning: { kind: 'boolean', value: false }, colour: NO },
    ],
    (value) => (value === true ? 0 : 1),
  );
}

function categorical(values: readonly Value[]): Classification {
  const counts = new Map<string, number>();
  for (const value of values) {
    if (!isMissing(value)) counts.set(textOf(value), (counts.get(textOf(value)) ?? 0) + 1);
  }
  const names = [...counts.keys()];
  if (names.length > 0 && names.every((name) => LABEL.test(name))) return energyLabels(values, names);

  const byCount = names.sort((a, b) => (counts.get(b) as number) - (counts.get(a) as number) || a.localeCompare(b));
  const own = byCount.slice(0, byCount.length > CATEGORIES.length ? CATEGORIES.length - 1 : CATEGORIES.length);
  const rest = byCount.length - own.length;
  const index = new Map(own.map((name, i) => [name, i]));
  const classes: Omit<LegendClass, 'count'>[] = own.map((value, i) => ({
    meaning: { kind: 'text', value },
    colour: CATEGORIES[i] as string,
  }));
  if (rest > 0) classes.push({ meaning: { kind: 'other', values: rest }, colour: OTHER });
  return build(values, classes, (value) => index.get(textOf(value)) ?? own.length);
}

// Labels have an order (A++++ is best), so they get the ramp instead of unrelated hues.
function energyLabels(values: readonly Value[], names: string[]): Classification {
  const ordered = names.sort((a, b) => (a.charAt(0) === b.charAt(0) ? b.length - a.length : a.localeCompare(b)));
  const colours = ramp(ordered.length).reverse();
  const index = new Map(ordered.map((name, i) => [name, i]));
  return build(
    values,
    ordered.map((value, i) => ({ meaning: { kind: 'text', value }, colour: colours[i] as string })),
    (value) => index.get(textOf(value)) as number,
  );
}

function build(
  values: readonly Value[],
  classes: readonly Omit<LegendClass, 'count'>[],
  classOfValue: (value: Value) => number,
): Classification {
  const classOf = new Int16Array(values.length);
  const counts = new Uint32Array(classes.length);
  let missing = 0;
  values.forEach((value, i) => {
    const at = isMissing(value) ? -1 : classOfValue(value);
    classOf[i] = at;
    if (at < 0) missing++;
    else counts[at] = (counts[at] as number) + 1;
  });
  return { classes: classes.map((entry, i) => ({ ...entry, count: counts[i] as number })), classOf, missing };
}

function isMissing(value: Value): boolean {
  return value === null || value === '' || (typeof value === 'number' && !Number.isFinite(value)) || isEmptyList(value);
}

function isNumber(value: Value): value is number {
  return typeof value === 'number' && Number.isFinite(value);
}

function isEmptyList(value: Value): boolean {
  return Array.isArray(value) && value.length === 0;
}

function textOf(value: Value): string {
  return typeof value === 'string' ? value : JSON.stringify(value);
}

function roundWithin(value: number, tolerance: number): number {
  for (let digits = 1; digits < 12; digits++) {
    const rounded = Number(value.toPrecision(digits));
    if (Math.abs(rounded - value) <= tolerance) return rounded;
  }
  return value;
}

function countBetween(sorted: Float64Array, from: number, to: number): number {
  return sorted.filter((value) => value >= from && value < to).length;
}
