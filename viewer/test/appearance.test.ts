import { describe, expect, it } from 'vitest';
import { classify } from '../src/colour/classify';
import { Appearance } from '../src/tiles/appearance';
import type { TileFeature } from '../src/tiles/features';
import { MARK, sides } from '../src/tiles/sides';

const pand = (id: string): TileFeature => ({ collection: 'pand', id, functie: null });
const road: TileFeature = { collection: 'wegdeel', id: 'w', functie: 'fietspad' };

describe('Appearance', () => {
  it('keeps apart what several layers say of one object', () => {
    const looks = new Appearance();
    looks.hide('scenario', new Set(['a']));
    looks.hide('water', new Set(['a', 'b']));
    looks.hide('scenario', null);
    expect(looks.isHidden(pand('a'))).toBe(true);
    looks.hide('water', null);
    expect(looks.isHidden(pand('a'))).toBe(false);
  });

  it('hides on one side of a comparison only', () => {
    const looks = new Appearance();
    looks.hide('scenario', new Set(['a']), 'here');
    looks.hide('other', new Set(['b']), 'there');
    expect(['a', 'b'].map((id) => looks.isHidden(pand(id)))).toEqual([true, false]);
    expect(['a', 'b'].map((id) => looks.isHidden(pand(id), 'there'))).toEqual([false, true]);
    expect([sides.at(-0.5), (sides.cut = 0, sides.at(-0.5)), sides.at(0.5)]).toEqual(['here', 'there', 'here']);
    sides.cut = null;
    expect(['a', 'b'].map((id) => looks.of(pand(id))[1])).toEqual([MARK.hidden, MARK.own]);
    expect(['a', 'b'].map((id) => looks.of(pand(id), 'there')[1])).toEqual([MARK.own, MARK.hidden]);
  });

  it('colours on one side of a comparison only', () => {
    const looks = new Appearance();
    looks.tint('water', new Map([['a', { colour: [1, 2, 3] }]]));
    expect(looks.isTwofold).toBe(false);
    looks.tint('scenario', new Map([['a', { colour: [4, 5, 6], hatched: true }]]), 'there');
    expect(looks.isTwofold).toBe(true);
    expect(looks.of(pand('a'))).toEqual([[1, 2, 3], MARK.coloured]);
    expect(looks.of(pand('a'), 'there')).toEqual([[4, 5, 6], MARK.hatched]);
  });

  it('makes pale what any filter leaves out, of its own collection only', () => {
    const looks = new Appearance();
    looks.keep('filter', { collection: 'pand', ids: new Set(['a', 'b']) });
    looks.keep('table', { collection: 'pand', ids: new Set(['b', 'c']) });
    const pale = (feature: TileFeature): boolean => (looks.of(feature)[1] & MARK.pale) !== 0;
    expect(['a', 'b', 'c'].map((id) => pale(pand(id)))).toEqual([true, false, true]);
    expect(pale(road)).toBe(false);
  });

  it('takes the newest tint, then the colouring, then the map', () => {
    const looks = new Appearance();
    expect(looks.of(pand('a'))[1]).toBe(MARK.own);
    const classification = classify([1, 2, null]);
    looks.colour({ collection: 'pand', classification, rowOf: new Map([['a', 0], ['b', 1], ['c', 2]]) });
    expect(looks.of(pand('a'))[0]).not.toEqual(looks.of(pand('b'))[0]);
    expect(looks.of(pand('c'))[1]).toBe(MARK.hatched);
    expect(looks.of(road)[1]).toBe(MARK.coloured);
    looks.tint('one', new Map([['a', { colour: [1, 2, 3], hatched: true }]]));
    looks.tint('two', new Map([['a', { colour: [4, 5, 6] }]]));
    expect(looks.of(pand('a'))).toEqual([[4, 5, 6], MARK.coloured]);
    looks.tint('two', null);
    expect(looks.of(pand('a'))).toEqual([[1, 2, 3], MARK.hatched]);
  });

  it('says pale and hidden beside any way of colouring', () => {
    const looks = new Appearance();
    looks.keep('filter', { collection: 'pand', ids: new Set() });
    looks.hide('scenario', new Set(['a']));
    expect(looks.of(pand('a'))[1]).toBe(MARK.own | MARK.pale | MARK.hidden);
  });
});
