import type { TileFeature } from './features';

/** Colours of a calm Dutch map: quiet ground, red cycle paths, blue water; buildings stand out by light and shape. */
const THEMES: Readonly<Record<string, string>> = {
  pand: '#f6efe3',
  weg: '#c3c4c6',
  water: '#a3c9e2',
  groen: '#b7d0a2',
  bomen: '#8fb07c',
  terrein: '#ebe7df',
  brug: '#c9c4bc',
};

const COLLECTIONS: Readonly<Record<string, string>> = {
  ondersteunendwegdeel: '#c5d3b1',
  ondersteunendwaterdeel: '#b9d0ae',
  onbegroeidterreindeel: '#ebe7df',
  begroeidterreindeel: '#b7d0a2',
  overigbouwwerk: '#d9d0c3',
  scheiding: '#aaa59d',
  spoor: '#8f8d8b',
};

// The longest prefix wins: 'rijbaan lokale weg' and 'rijbaan regionale weg' are both carriageways.
const FUNCTIONS: readonly (readonly [string, string])[] = [
  ['fietspad', '#d8a698'],
  ['voetpad', '#dbd8d2'],
  ['voetgangersgebied', '#ddd6ca'],
  ['woonerf', '#d3ccc3'],
  ['parkeervlak', '#cbccce'],
  ['inrit', '#d1cec9'],
  ['rijbaan', '#b7b9bd'],
  ['ov-baan', '#b3b0b4'],
  ['spoorbaan', '#b8b0a8'],
  ['ruiterpad', '#d6c6a8'],
];

/** Parts of what is drawn many times that look unlike the rest of it: `extras.part` of their mesh. */
const PARTS: Readonly<Record<string, string>> = { stam: '#9a8872' };

const ROOF = { flat: '#cdd1d6', pitched: '#cb8a72' } as const;
const QUAY = '#b9b1a3';
/** Themes that throw shadows: what stands up. */
export const UPRIGHT: ReadonlySet<string> = new Set(['pand', 'brug', 'bomen']);
export const SELECTED = '#ff5a1f';
export const HOVERED = '#ffd2a8';

/** Colours of what stands upright, lies flat, and slopes. */
export interface Look {
  readonly wall: string;
  readonly flat: string;
  readonly pitched: string;
}

/** How a theme looks where its features have no colour of their own: roofs, and stone quays round blue water. */
export function lookOf(theme: string, part?: string): Look {
  const colour = PARTS[part ?? ''] ?? THEMES[theme] ?? '#d6d2ca';
  if (theme === 'pand') return { wall: colour, ...ROOF };
  return { wall: theme === 'water' ? QUAY : colour, flat: colour, pitched: colour };
}

/** Colour of a feature that differs from its theme's, or null. */
export function featureColour({ collection, functie }: TileFeature): string | null {
  const byFunction = functie && FUNCTIONS.find(([prefix]) => functie.startsWith(prefix))?.[1];
  return byFunction ?? COLLECTIONS[collection] ?? null;
}
