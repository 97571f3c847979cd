import { describe, expect, it } from 'vitest';
import { CATEGORIES, NO, OTHER, ramp, toRgb, YES } from '../src/colour/ramps';

type Row = [number, number, number];

/** What red-, green- and blue-blind eyes see of linear light (Machado, Oliveira and Fernandes 2009, at its fullest). */
const BLIND: Record<string, [Row, Row, Row]> = {
  protan: [[0.152286, 1.052583, -0.204868], [0.114503, 0.786281, 0.099216], [-0.003882, -0.048116, 1.051998]],
  deutan: [[0.367322, 0.860646, -0.227968], [0.280085, 0.672501, 0.047413], [-0.01182, 0.04294, 0.968881]],
  tritan: [[1.255528, -0.076749, -0.178779], [-0.078411, 0.930809, 0.147602], [0.004733, 0.691367, 0.3039]],
};
/** Twice the difference in CIELAB that two patches side by side need to be told apart. */
const APART = 4.6;

const dot = (row: Row, light: Row): number => row[0] * light[0] + row[1] * light[1] + row[2] * light[2];
const linear = (byte: number): number => (byte / 255 <= 0.04045 ? byte / 255 / 12.92 : ((byte / 255 + 0.055) / 1.055) ** 2.4);
const root = (t: number): number => (t > 0.008856 ? Math.cbrt(t) : 7.787 * t + 16 / 116);

function lab(colour: string, eye: [Row, Row, Row]): Row {
  const light = toRgb(colour).map(linear) as Row;
  const [r, g, b] = eye.map((row) => Math.max(0, dot(row, light))) as Row;
  const x = root((0.4124 * r + 0.3576 * g + 0.1805 * b) / 0.95047);
  const y = root(0.2126 * r + 0.7152 * g + 0.0722 * b);
  const z = root((0.0193 * r + 0.1192 * g + 0.9505 * b) / 1.08883);
  return [116 * y - 16, 500 * (x - y), 200 * (y - z)];
}

/** How far the nearest two of a palette are apart to a kind of eye. */
function nearest(palette: readonly string[], eye: string): number {
  const seen = palette.map((colour) => lab(colour, BLIND[eye] as [Row, Row, Row]));
  return Math.min(...seen.flatMap((one, at) => seen.slice(at + 1).map((other) => Math.hypot(one[0] - other[0], one[1] - other[1], one[2] - other[2]))));
}

describe('a ramp', () => {
  // Eleven: energy labels from A++++ to G.
  it.each(Object.keys(BLIND))('has up to twelve colours that stay apart for %s eyes', (eye) => {
    for (let count = 2; count <= 12; count++) expect(nearest(ramp(count), eye)).toBeGreaterThan(APART);
  });
});

describe('colours of categories', () => {
  it.each(Object.keys(BLIND))('stay apart for %s eyes, what is gathered as other among them', (eye) => {
    for (const palette of [[...CATEGORIES, OTHER], [YES, NO]]) expect(nearest(palette, eye)).toBeGreaterThan(APART);
  });
});
