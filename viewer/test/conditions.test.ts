import { describe, expect, it } from 'vitest';
import { cqlOf, formatConditions, parseConditions, type Condition } from '../src/state/conditions';

const ATTRIBUTES = new Map([
  ['hoogte', { type: 'number' as const }],
  ['energielabel', { type: 'string' as const }],
  ['adressen', { type: 'list' as const }],
  ['monument', { type: 'boolean' as const }],
]);

describe('conditions', () => {
  const all: Condition[] = [
    { kind: 'range', attribute: 'hoogte', from: -1.5, to: null },
    { kind: 'among', attribute: 'energielabel', values: ['F', 'een;twee|drie', "'s-Gravenweg"] },
    { kind: 'like', attribute: 'energielabel', text: 'a;b=c' },
    { kind: 'missing', attribute: 'hoogte' },
  ];

  it('come back from a link as they were', () => {
    expect(parseConditions(formatConditions(all), ATTRIBUTES)).toEqual(all);
    expect(formatConditions([])).toBeNull();
  });

  it('are refused when they are no conditions on this twin', () => {
    for (const text of ['hoogte', 'hoogte:1', 'hoogte:a..b', 'woz_waarde:1..2', '1=1) OR (1=1']) {
      expect(() => parseConditions(text, ATTRIBUTES), text).toThrow();
    }
  });

  it('become CQL2 in which values stay values', () => {
    expect(cqlOf(all, ATTRIBUTES)).toBe(
      "hoogte >= -1.5 AND energielabel IN ('F', 'een;twee|drie', '''s-Gravenweg') AND CASEI(energielabel) LIKE CASEI('%a;b=c%') AND hoogte IS NULL",
    );
    expect(cqlOf([{ kind: 'among', attribute: 'adressen', values: ['x'] }], ATTRIBUTES)).toBe("A_OVERLAPS(adressen, ('x'))");
    expect(cqlOf([{ kind: 'among', attribute: 'monument', values: ['true'] }], ATTRIBUTES)).toBe('(monument = true)');
  });

  it('leave nothing out while they say nothing', () => {
    expect(cqlOf([{ kind: 'range', attribute: 'hoogte', from: null, to: null }, { kind: 'among', attribute: 'energielabel', values: [] }], ATTRIBUTES)).toBeNull();
  });
});
