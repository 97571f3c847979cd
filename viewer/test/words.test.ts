import { readFileSync, readdirSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { Attribute, Twin } from '../src/api/types';
import { formatDate, formatLength, formatMeasure, formatSource, formatValue, roundLength } from '../src/format/values';
import { initialLanguage, translate, wordFor, type Words } from '../src/i18n';

const SOURCE = join(import.meta.dirname, '../src');
// A module of the page has one topic under its own name, that of a tool is called `words`.
const topics = Object.entries(
  import.meta.glob<Record<string, Words>>(['../src/i18n/*.ts', '!../src/i18n/index.ts', '../src/tools/**/words.ts'], { eager: true }),
).flatMap(([file, module]) => Object.values(module).map((words) => ({ file: file.replace('../src/', ''), words })));
const texts = topics.flatMap(({ file, words: { nl, en } }) =>
  Object.keys(nl).map((key) => ({ file, key, nl: nl[key] ?? '', en: en[key] ?? '' })),
);

const attribute = (patch: Partial<Attribute>): Attribute => ({
  name: 'hoogte',
  type: 'number',
  unit: 'm',
  decimals: 1,
  nl: { label: 'Hoogte', description: '' },
  en: { label: 'Height', description: '' },
  source: 'reconstructie',
  applies_to: ['pand'],
  group: 'maten',
  ...patch,
});

describe('dictionaries', () => {
  it('have the same keys', () => {
    expect(topics.length).toBeGreaterThan(8);
    for (const { words } of topics) expect(Object.keys(words.en).sort()).toEqual(Object.keys(words.nl).sort());
  });

  it('have each key of the page in one topic only', () => {
    const keys = texts.filter(({ file }) => file.startsWith('i18n')).map(({ key }) => key);
    expect(new Set(keys).size).toBe(keys.length);
  });

  it.each(texts)('say something with the same holes in both languages: $file $key', ({ nl, en }) => {
    const holes = (text: string): string[] => (text.match(/\{\w+\}/g) ?? []).sort();
    expect(nl.trim()).not.toBe('');
    expect(en.trim()).not.toBe('');
    expect(holes(en)).toEqual(holes(nl));
  });

  it('have no words that nobody uses', () => {
    const code = (folder: string): string =>
      readdirSync(join(SOURCE, folder), { recursive: true, encoding: 'utf8' })
        .filter((file) => file.endsWith('.ts') && !file.startsWith('i18n') && !file.endsWith('words.ts'))
        .map((file) => readFileSync(join(SOURCE, folder, file), 'utf8'))
        .join();
    const used = ({ file, key }: { file: string; key: string }): boolean => {
      // Words for values, groups and failures are looked up by a name that comes from the API.
      if (file.startsWith('i18n') && /^(value|group|error)\./.test(key)) return true;
      const text = code(file.startsWith('i18n') ? '.' : dirname(file));
      return text.includes(`'${key}'`) || text.includes(`\`${key.replace(/[^.]+$/, '')}$\{`);
    };
    expect(texts.filter((entry) => !used(entry)).map(({ file, key }) => `${file} ${key}`)).toEqual([]);
  });
});

describe('words', () => {
  it('fills holes', () => {
    expect(translate('nl', 'search.count', { count: 3 })).toBe('3 gevonden');
  });

  it('falls back on a code in plain words', () => {
    expect(wordFor('nl', 'lod', '2.2')).toBe('2.2: met dakvorm');
    expect(wordFor('nl', 'lod', '1.1')).toBe('1.1: blok van aangenomen hoogte');
    expect(wordFor('en', 'bgt_functie', 'rijbaan_lokale_weg')).toBe('rijbaan lokale weg');
  });

  it('starts in the language of the visitor, else in Dutch', () => {
    expect(initialLanguage(['en-GB', 'nl'])).toBe('en');
    expect(initialLanguage(['de', 'nl-NL'])).toBe('nl');
    expect(initialLanguage(['de', 'fr'])).toBe('nl');
  });
});

describe('values', () => {
  it('come with their unit and the decimals of the catalogue', () => {
    expect(formatValue('nl', 12.345, attribute({}))).toBe('12,3 m');
    expect(formatValue('en', 12.345, attribute({}))).toBe('12.3 m');
    expect(formatMeasure('nl', 12345, { name: 'opp_grond', unit: 'm2', decimals: 0 })).toBe('12.345 m²');
    expect(formatMeasure('nl', 350000, { name: 'woz_waarde', unit: 'EUR', decimals: null })).toBe('€ 350.000');
    expect(formatMeasure('nl', 4200, { name: 'dichtheid', unit: '1/km2', decimals: null })).toBe('4.200 per km²');
  });

  it('show years as years', () => {
    expect(formatValue('nl', 1932, attribute({ name: 'oorspronkelijk_bouwjaar', unit: null }))).toBe('1932');
  });

  it('say what is missing, and keep zero and false', () => {
    for (const missing of [null, undefined, '']) expect(formatValue('nl', missing, attribute({}))).toBe('onbekend');
    expect(formatValue('nl', 0, attribute({}))).toBe('0 m');
    expect(formatValue('nl', false, attribute({ type: 'boolean' }))).toBe('nee');
  });

  it('write dates out', () => {
    expect(formatDate('nl', '2023-09-08')).toBe('8 september 2023');
    expect(formatDate('en', '2026-11-24T03:40:00Z')).toBe('24 November 2026');
    expect(formatDate('nl', '2611AB')).toBeNull();
  });

  it('name source and date', () => {
    const twin: Pick<Twin, 'sources' | 'built'> = {
      built: '2026-11-24',
      sources: [{ kind: 'bag', title: 'BAG', date: '2023-09-08', licence: null, attribution: null }],
    };
    expect(formatSource('nl', { source: 'bag' }, twin)).toBe('Bron: BAG, 8 september 2023');
    expect(formatSource('nl', { source: 'woz' }, twin)).toBe('Bron: WOZ');
    expect(formatSource('nl', { source: 'reconstructie' }, twin)).toContain('24 november 2026');
  });
});

describe('scale bar', () => {
  it('is the longest of 1, 2 or 5 times a power of ten that fits', () => {
    for (let limit = 0.5; limit < 20000; limit *= 1.07) {
      const length = roundLength(limit);
      expect(length).toBeLessThanOrEqual(limit);
      expect(length * 2.5).toBeGreaterThan(limit);
      expect([1, 2, 5]).toContain(Number((length / 10 ** Math.floor(Math.log10(length) + 1e-9)).toFixed(6)));
    }
    expect(formatLength('nl', 2000)).toBe('2 km');
  });
});
