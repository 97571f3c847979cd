import { describe, expect, it } from 'vitest';
import type { Value } from '../src/api/types';
import { classify, roundBreaks } from '../src/colour/classify';
import { CATEGORIES, ramp, toRgb } from '../src/colour/ramps';

function total(values: readonly Value[]): number {
  const { classes, missing } = classify(values);
  return classes.reduce((sum, { count }) => sum + count, missing);
}

const years = Array.from({ length: 1000 }, (_, i) => 1880 + ((i * 7919) % 143));

describe('classify', () => {
  it.each<[string, Value[]]>([
    ['numbers', [...years, null, null]],
    ['few numbers', [1, 2, 2, 3, null]],
    ['one number', [4, 4, 4]],
    ['skewed numbers', Array.from({ length: 500 }, (_, i) => Math.exp(i / 40))],
    ['mostly zero', [...Array<number>(400).fill(0), ...years]],
    ['words', ['plat', 'hellend', 'plat', null, '']],
    ['booleans', [true, false, null]],
    ['nothing', [null, null]],
    ['no panden', []],
  ])('gives every value one class or counts it missing: %s', (_, values) => {
    expect(total(values)).toBe(values.length);
  });

  it('puts each number in the class whose bounds hold it', () => {
    const { classes, classOf } = classify(years);
    expect(classes.length).toBeGreaterThanOrEqual(5);
    expect(classes.length).toBeLessThanOrEqual(7);
    years.forEach((year, i) => {
      const meaning = classes[classOf[i] as number]?.meaning;
      if (meaning?.kind !== 'range') throw new Error('not a range');
      expect(year).toBeGreaterThanOrEqual(meaning.from ?? -Infinity);
      expect(year).toBeLessThan(meaning.to ?? Infinity);
    });
  });

  it('leaves no class of numbers empty', () => {
    for (const values of [years, years.map((year) => year ** 4), [...Array<number>(5000).fill(1900), ...years]]) {
      for (const { count } of classify(values).classes) expect(count).toBeGreaterThan(0);
    }
  });

  it('never mistakes zero for missing', () => {
    expect(classify([0, 0, null]).missing).toBe(1);
    expect(classify([false, true, null]).missing).toBe(1);
  });

  it('gathers rare words under one heading', () => {
    const words = Array.from({ length: 20 }, (_, i) => Array<string>(20 - i).fill(`soort ${i}`)).flat();
    const { classes } = classify(words);
    expect(classes).toHaveLength(CATEGORIES.length);
    expect(classes.at(-1)?.meaning).toEqual({ kind: 'other', values: 20 - (CATEGORIES.length - 1) });
    expect(classes.map(({ count }) => count).slice(0, 3)).toEqual([20, 19, 18]);
  });

  it('keeps energy labels in order, best first', () => {
    const { classes } = classify(['G', 'A', 'A++++', 'C', 'A+', 'B']);
    expect(classes.map(({ meaning }) => meaning.kind === 'text' && meaning.value)).toEqual(['A++++', 'A+', 'A', 'B', 'C', 'G']);
  });
});

describe('roundBreaks', () => {
  it('rounds to numbers that people read at once', () => {
    const sorted = Float64Array.from({ length: 1000 }, (_, i) => i * 0.0123 + 2.4);
    for (const bound of roundBreaks(sorted, 6)) expect(Number(bound.toPrecision(2))).toBe(bound);
  });

  it('rises', () => {
    const breaks = roundBreaks(Float64Array.from(years).sort(), 6);
    expect(breaks).toEqual([...new Set(breaks)].sort((a, b) => a - b));
  });
});

function luminance(hex: string): number {
  const [r, g, b] = toRgb(hex).map((channel) => {
    const share = channel / 255;
    return share <= 0.04045 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4;
  }) as [number, number, number];
  return 0.2126 * r + 0.7152 * g + 0.0722 * b;
}

describe('ramp', () => {
  it.each([1, 2, 3, 5, 7, 12])('has %i distinct colours that grow lighter, so that it reads without hue', (count) => {
    const colours = ramp(count);
    expect(new Set(colours).size).toBe(count);
    const light = colours.map(luminance);
    expect(light).toEqual([...light].sort((a, b) => a - b));
  });
});
