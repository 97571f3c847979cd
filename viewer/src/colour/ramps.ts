/** Colours that stay apart for colour-blind eyes. */

/**
 * Viridis (van der Walt and Smith, CC0) from 0.1 to 0.95 in equal steps: near-black hides shading, pale yellow fades, and
 * what is unequal is not told apart by eyes that see no red, where a city has all eleven energy labels.
 */
const VIRIDIS = ['#482475', '#404588', '#33638d', '#287d8e', '#1f968b', '#29af7f', '#56c667', '#98d83e', '#dfe318'];

/** Paul Tol's muted scheme for categories. */
export const CATEGORIES: readonly string[] = [
  '#44aa99', '#ddcc77', '#88ccee', '#cc6677', '#332288', '#117733', '#aa4499', '#882255', '#999933',
];

export const YES = '#0072b2';
export const NO = '#e69f00';
/** Light, as a middle grey is teal to eyes that see no green. */
export const OTHER = '#b9bec5';
/** Drawn hatched as well, so that it is not told by its grey alone. */
export const NO_DATA = '#d4d7db';

/** `count` evenly spaced colours from dark (low) to light (high). */
export function ramp(count: number): string[] {
  if (count === 1) return [VIRIDIS[4] as string];
  return Array.from({ length: count }, (_, step) => sample((step / (count - 1)) * (VIRIDIS.length - 1)));
}

export function toRgb(hex: string): [number, number, number] {
  const value = parseInt(hex.slice(1), 16);
  return [(value >> 16) & 255, (value >> 8) & 255, value & 255];
}

function sample(position: number): string {
  const low = Math.min(Math.floor(position), VIRIDIS.length - 2);
  const share = position - low;
  const from = toRgb(VIRIDIS[low] as string);
  const to = toRgb(VIRIDIS[low + 1] as string);
  return '#' + from.map((channel, i) => byte(channel + ((to[i] as number) - channel) * share)).join('');
}

function byte(value: number): string {
  return Math.round(value).toString(16).padStart(2, '0');
}
