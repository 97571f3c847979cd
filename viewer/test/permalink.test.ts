import { describe, expect, it } from 'vitest';
import { formatPermalink, linkable, parsePermalink } from '../src/state/permalink';
import { BLANK, type ViewState } from '../src/state/store';

/** Same sequence on every run (Mulberry32), so that a failing case comes back. */
function random(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
  };
}

function someState(next: () => number): ViewState {
  const maybe = <T>(value: T): T | null => (next() < 0.7 ? value : null);
  const themes = ['pand', 'weg', 'water', 'groen', 'terrein', 'brug'];
  return {
    language: next() < 0.5 ? 'nl' : 'en',
    pose: maybe(
      linkable({
        x: 10000 + next() * 270000,
        y: 300000 + next() * 320000,
        z: next() * 5000 - 10,
        heading: next() * 360,
        pitch: -90 * next(),
      }),
    ),
    hidden: new Set(themes.filter(() => next() < 0.3)),
    colourBy: maybe('oorspronkelijk_bouwjaar'),
    selection: maybe({ collection: 'wegdeel', id: `G0503.${Math.floor(next() * 1e12).toString(16)}&x=/ü` }),
    filter: maybe('hoogte:ge:12;energielabel:in:F,G;naam:eq:a&b=c#d'),
    embed: next() < 0.3,
    open: next() < 0.5 ? ['sun', 'table'] : [],
    tools: next() < 0.5 ? { sun: '2026-06-21T12:00', measure: `area:1.5,2;3,4 ${next()}` } : {},
  };
}

describe('permalink', () => {
  it('restores every state exactly', () => {
    const next = random(20261124);
    for (let round = 0; round < 500; round++) {
      const state = someState(next);
      expect({ ...BLANK, ...parsePermalink(formatPermalink(state)) }).toEqual(state);
    }
  });

  it('says the same again after it was read', () => {
    const next = random(7);
    for (let round = 0; round < 100; round++) {
      const state = someState(next);
      const link = formatPermalink(state);
      expect(formatPermalink({ ...state, ...parsePermalink(link) })).toBe(link);
    }
  });

  it('is readable', () => {
    const link = formatPermalink({
      ...BLANK,
      language: 'nl',
      pose: { x: 84873.36, y: 447343.9, z: 175.45, heading: 20, pitch: -42 },
      hidden: new Set(['weg', 'brug']),
      colourBy: 'energielabel',
      selection: { collection: 'pand', id: '0503100000018603' },
      open: ['sun'],
      tools: { sun: '2026-06-21T12:00' },
    });
    expect(link).toBe(
      '#camera=84873.36,447343.9,175.45,20,-42&hide=brug,weg&colour=energielabel&object=pand/0503100000018603&open=sun&sun=2026-06-21T12:00&lang=nl',
    );
  });

  it.each(['', '#', '#camera=1,2,3', '#camera=a,b,c,d,e', '#camera=1,2,,4,5', '#object=pand', '#object=/1', '#object=pand/', '#lang=fr', '#colour='])(
    'ignores what is malformed: %s',
    (hash) => {
      expect(parsePermalink(hash)).toEqual({});
    },
  );
});
