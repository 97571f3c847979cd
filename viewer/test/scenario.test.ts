import { Vector3 } from 'three';
import { describe, expect, it } from 'vitest';
import { fitting, flow, lines } from '../src/image/fitting';
import { Legends } from '../src/image/legends';
import { apart } from '../src/tools/scenario/handles';
import { History } from '../src/tools/scenario/history';
import { formatLinked, parseLinked } from '../src/tools/scenario/link';
import { cutIn } from '../src/tools/scenario/compare/lettering';
import { compared } from '../src/tools/scenario/compare/table';
import { areaOf, asRectangle, centroid, degrees, rectangle, ringsOf, turned } from '../src/tools/scenario/outline';
import { linkOf, viewsOf, withoutView, withView, withViewAs, withViewMoved } from '../src/tools/scenario/present/views';
import type { Facade, Indicator } from '../src/tools/scenario/service';
import { classesOf, classOf, pandenOf } from '../src/tools/scenario/sunhours/classes';
import { trianglesOf } from '../src/tools/scenario/sunhours/facades';
import { blank, carried, freshId, isBuilt, isEmpty, middleOf, NoVariant, parseVariant, plural, replaced, turnOf, withChanged, withEdit, withoutEdit, type Add, type Edit } from '../src/tools/scenario/variant';

const empty = blank('Plan', { name: 'Stad', built: '2026-11-24' });
const demolish: Edit = { id: 'w1', kind: 'demolish', pand: 'A' };
const raise: Edit = { id: 'w2', kind: 'raise', pand: 'B', floors: 2, height: 6 };

describe('a variant', () => {
  it('is the same after a file, with what this page does not know', () => {
    const variant = { ...withEdit(withEdit(empty, demolish), raise), views: [{ title: 'Plein', text: '', link: '#camera=1,2,3,4,5' }], area: [[1, 2], [3, 4], [5, 6]], later: true };
    expect(parseVariant(JSON.stringify(variant))).toEqual(variant);
  });

  it.each([
    ['{', 'json'],
    ['[]', 'type'],
    ['{"type":"FeatureCollection"}', 'type'],
    ['{"type":"gemeentetwin-variant","version":2,"title":"a","edits":[]}', 'version'],
    ['{"type":"gemeentetwin-variant","version":1,"title":"a"}', 'edits'],
    ['{"type":"gemeentetwin-variant","version":1,"title":"a","edits":[{"id":"w1","kind":"explode"}]}', 'edits'],
    ['{"type":"gemeentetwin-variant","version":1,"title":"a","edits":[{"id":"w1","kind":"add"}]}', 'edits'],
    ['{"type":"gemeentetwin-variant","version":1,"title":"a","edits":[{"id":"w1","kind":"toString"}]}', 'edits'],
    ['{"type":"gemeentetwin-variant","version":1,"title":"a","edits":[{"id":"w1","kind":"import","position":[1],"mesh":{}}]}', 'edits'],
    ['{"type":"gemeentetwin-variant","version":1,"title":"a","edits":[{"id":"w1","kind":"change","pand":"A","set":3}]}', 'edits'],
    ['{"type":"gemeentetwin-variant","version":1,"title":"a","edits":[],"area":[["x",2]]}', 'edits'],
    ['{"type":"gemeentetwin-variant","version":1,"title":"a","edits":[],"views":[{"title":4}]}', 'edits'],
  ])('is not %s', (text, why) => {
    expect(() => parseVariant(text)).toThrow(new NoVariant(why as NoVariant['why']));
  });

  it('gives each edit an id of its own, also after one was removed', () => {
    const variant = withoutEdit(withEdit(withEdit(empty, demolish), raise), 'w1');
    expect(variant.edits).toEqual([raise]);
    expect(freshId(variant)).toBe('w3');
  });

  it('takes the place of panden, except where the server left an edit out', () => {
    const variant = withEdit(withEdit(empty, demolish), raise);
    expect(replaced(variant, new Set())).toEqual(new Set(['A', 'B']));
    expect(replaced(variant, new Set(['w2']))).toEqual(new Set(['A']));
    const change: Edit = { id: 'w1', kind: 'change', pand: 'A', set: {} };
    expect([isBuilt(variant), isBuilt(withEdit(empty, demolish)), isBuilt(withEdit(empty, change)), isBuilt(empty)]).toEqual([true, true, false, false]);
  });
});

describe('edits', () => {
  const add: Add = { id: 'w1', kind: 'add', rings: [rectangle([100, 200], 20, 10)], height: 9, floors: 3, roof: { form: 'flat' }, gebruiksdoel: 'woonfunctie' };

  it('are changed in their place', () => {
    const variant = withEdit(withEdit(empty, demolish), raise);
    expect(withChanged(variant, { ...raise, floors: 5 }).edits).toEqual([demolish, { ...raise, floors: 5 }]);
  });

  it('are carried and turned, clockwise for people and counter-clockwise in the file', () => {
    const far = carried(add, 5, -3, 30);
    expect(middleOf(far)).toEqual([105, 197]);
    expect([far.rotation, turnOf(far)]).toEqual([-30, 30]);
    const moved = carried({ id: 'w2', kind: 'move', pand: 'A', dx: 1, dy: 2, rotation: -170 }, 0.5, 0.25, 20);
    expect(moved).toMatchObject({ dx: 1.5, dy: 2.25, rotation: 170 });
    const design = carried({ id: 'w3', kind: 'import', position: [10, 20], rotation: 0, scale: 1, mesh: { vertices: [], triangles: [] } }, 1, 1, -90);
    expect(design).toMatchObject({ position: [11, 21], rotation: 90 });
  });

  it('make a variant worth keeping, as do an area and views', () => {
    expect([isEmpty(empty), isEmpty(withEdit(empty, add)), isEmpty({ ...empty, area: [[1, 2], [3, 4], [5, 6]] }), isEmpty({ ...empty, views: [] })]).toEqual([true, false, false, true]);
    expect([0, 1, 2].map(plural)).toEqual(['many', 'one', 'many']);
  });
});

describe('an outline', () => {
  it('lies around its place, counter-clockwise', () => {
    expect(rectangle([100, 200], 20, 10, 0)).toEqual([[90, 195], [110, 195], [110, 205], [90, 205]]);
  });

  it('turns as a compass does', () => {
    const [first] = rectangle([0, 0], 20, 10, 90);
    expect(first).toEqual([-5, 10]);
    expect(turned([0, 10], [0, 0], 90)).toEqual([10, 0]);
  });

  it.each([0, 30, -45, 90, 179])('is known for the rectangle it is, turned by %i', (rotation) => {
    const found = asRectangle(rectangle([84500, 447000], 20, 10, rotation));
    expect(found).toMatchObject({ middle: [84500, 447000], width: 20, depth: 10 });
    expect(found?.rotation).toBeCloseTo(rotation, 1);
  });

  it('is not taken for a rectangle when it is none', () => {
    expect(asRectangle([[0, 0], [10, 0], [12, 5], [2, 5]])).toBeNull();
    expect(asRectangle([[0, 0], [10, 0], [10, 5]])).toBeNull();
    expect(asRectangle([[0, 0], [10, 0], [10, 5], [0, 6]])).toBeNull();
  });

  it('has its middle where its area balances, without its holes', () => {
    // An L of 3 squares of 10 m: their middles are (5, 5), (15, 5) and (5, 15), far out in the country.
    const shape = [[0, 0], [20, 0], [20, 10], [10, 10], [10, 20], [0, 20]].map(([x = 0, y = 0]) => [x + 84500, y + 447000] as const);
    const [x, y] = centroid([shape]);
    expect([x - 84500, y - 447000]).toEqual([expect.closeTo(25 / 3, 6), expect.closeTo(25 / 3, 6)]);
    expect(areaOf(shape)).toBeCloseTo(300, 6);
    // A hole of 2 by 2 around (8, 5), whichever way round, in a square of 10 around (5, 5).
    const square = rectangle([5, 5], 10, 10);
    const hole = rectangle([8, 5], 2, 2);
    const expected = (500 - 4 * 8) / 96;
    for (const ring of [hole, [...hole].reverse()]) expect(centroid([square, ring])[0]).toBeCloseTo(expected, 9);
  });

  it('is that of the largest part', () => {
    const part = (size: number): number[][] => [[0, 0], [size, 0], [size, size], [0, size], [0, 0]];
    expect(ringsOf({ type: 'MultiPolygon', coordinates: [[part(1)], [part(3)]] })[0]).toEqual([[0, 0], [3, 0], [3, 3], [0, 3]]);
  });

  it('keeps angles within half a turn', () => {
    expect([190, -190, 360, -180, 45.04].map(degrees)).toEqual([-170, 170, 0, 180, 45]);
  });
});

describe('a link', () => {
  it('says variant, comparison and view', () => {
    const linked = { variant: 'abc-1', against: 'nu', split: 40, view: 2 };
    expect(formatLinked(linked)).toBe('abc-1;vs:nu;at:40;view:2');
    expect(parseLinked(formatLinked(linked))).toEqual(linked);
    expect(parseLinked('concept')).toEqual({ variant: 'concept', against: null, split: null, view: null });
  });

  it('forgets what makes no sense, and throws when it names no variant', () => {
    expect(parseLinked('a;vs:<b>;at:140;view:x')).toEqual({ variant: 'a', against: null, split: null, view: null });
    expect(() => parseLinked('a b')).toThrow();
    expect(() => parseLinked('')).toThrow();
  });
});

describe('views', () => {
  const [one, two, three] = ['a', 'b', 'c'].map((title) => ({ title, text: '', link: '#' }));
  const told = [one, two, three].reduce((variant, view) => withView(variant, view as { title: string; text: string; link: string }), empty);
  const order = (variant: typeof empty): string => viewsOf(variant).map(({ title }) => title).join('');

  it('are put in order', () => {
    expect(order(told)).toBe('abc');
    expect(order(withViewMoved(told, 2, -1))).toBe('acb');
    expect(order(withViewMoved(told, 0, 1))).toBe('bac');
    expect(withViewMoved(told, 0, -1)).toBe(told);
    expect(withViewMoved(told, 2, 1)).toBe(told);
    expect(order(withoutView(told, 1))).toBe('ac');
    expect(order(withViewAs(told, 1, { title: 'x', text: '', link: '#' }))).toBe('axc');
  });

  it('end at the most that a file may hold', () => {
    const full = { ...empty, views: Array.from({ length: 60 }, () => one as { title: string; text: string; link: string }) };
    expect(withView(full, one as { title: string; text: string; link: string })).toBe(full);
  });

  it('keep of the link what is about the view', () => {
    expect(linkOf('#camera=1,2,3,4,5&hide=pand&open=scenario&scenario=concept&sun=2026-06-21T12:00&lang=nl')).toBe('#camera=1,2,3,4,5&hide=pand&sun=2026-06-21T12:00');
    expect(linkOf(`#measure=${'1'.repeat(2000)}`)).toBeNull();
    // What the server takes for a link: no spaces, quotes or angle brackets.
    expect(linkOf('#filter=naam:"a <b>"')).toMatch(/^#[^\s<>"]*$/);
  });
});

describe('a comparison', () => {
  const indicator = (id: string, before: number | null, after: number | null): Indicator => {
    const words = { label: id, definition: '' };
    return { id, unit: 'm2', decimals: 1, nl: words, en: words, before, after, difference: null, reason: null };
  };

  it('is with today when there is no other', () => {
    expect(compared([indicator('a', 10, 12.25)], null)[0]).toMatchObject({ today: 10, there: 10, here: 12.25, difference: 2.3 });
  });

  it('is of two variants on what both were judged on', () => {
    const rows = compared([indicator('a', 10, 12), indicator('b', 1, 2), indicator('c', null, null)], [indicator('a', 10, 15)]);
    expect(rows.map(({ there, difference }) => [there, difference])).toEqual([[15, -3], [null, null], [null, null]]);
  });
});

describe('handles', () => {
  it('lie where they hang, and so far apart that each can be taken hold of', () => {
    expect(apart([[100, 100], [100, 20]])).toEqual([[100, 100], [100, 20]]);
    expect(apart([[100, 100], [100, 90]])).toEqual([[100, 100], [100, 54]]);
    expect(apart([[100, 100], [106, 108]])[1]).toEqual([expect.closeTo(127.6, 9), expect.closeTo(136.8, 9)]);
    expect(apart([[100, 100], [100, 100]])).toEqual([[100, 100], [100, 54]]);
    expect(apart([])).toEqual([]);
  });
});

describe('a divider', () => {
  it.each([
    [0, 1, 0.3, 0.3],
    [0, 0.5, 0.3, 0.6],
    [0.5, 1, 0.3, 0],
    [0.25, 0.5, 0.3, 0.2],
    [0.75, 1, 1, 1],
    [0, 0.25, 0, 0],
    [0.5, 0.75, 0.9, 1],
  ])('cuts the strip from %d to %d of a view that is cut at %d, at %d', (from, to, share, cut) => {
    expect(cutIn({ from, to }, share)).toBeCloseTo(cut, 9);
  });
});

describe('a text in a picture', () => {
  const paper = { measureText: (text: string) => ({ width: text.length }) as TextMetrics };

  it.each([
    ['De stad van nu', 14, 'De stad van nu'],
    ['De stad van nu', 9, 'De stad…'],
    ['De stad van nu', 8, 'De stad…'],
    ['De stad van nu', 2, 'D…'],
    ['De stad van nu', 1, ''],
    ['', 0, ''],
  ])('%s in %d is “%s”', (text, width, shown) => {
    expect(fitting(paper, text, width)).toBe(shown);
  });

  it('breaks into lines between its words, and loses none', () => {
    expect(lines(paper, 'AHN 14 februari 2023, AHN (CC-BY-4.0)', 12)).toEqual(['AHN 14', 'februari', '2023, AHN', '(CC-BY-4.0)']);
    expect(lines(paper, 'Basisregistratie Adressen', 6)).toEqual(['Basisregistratie', 'Adressen']);
    expect(lines(paper, '', 6)).toEqual([]);
  });

  it('flows beside another as long as there is room', () => {
    expect(flow([4, 4, 4, 12, 3], 2, 10)).toEqual([{ left: 0, row: 0 }, { left: 6, row: 0 }, { left: 0, row: 1 }, { left: 0, row: 2 }, { left: 0, row: 3 }]);
    expect(flow([], 2, 10)).toEqual([]);
  });
});

describe('legends', () => {
  it('are said by whoever colours the city, until it is over', () => {
    const legends = new Legends();
    const old = { colour: '#111111', hatched: false, label: 'tot 1800' };
    const none = { colour: '#222222', hatched: true, label: 'Geen gegevens' };
    legends.say('colour', { title: 'Bouwjaar', samples: [old, none] });
    legends.say('sight', { title: 'Zicht', samples: [{ ...old, label: 'Zichtbaar' }] });
    expect(legends.samples.map(({ label }) => label)).toEqual(['Bouwjaar: tot 1800', 'Geen gegevens', 'Zicht: Zichtbaar']);
    legends.say('colour', null);
    expect(legends.samples.map(({ label }) => label)).toEqual(['Zicht: Zichtbaar']);
  });
});

describe('sun hours', () => {
  const facade = (pand: string, before: number, after: number): Facade => ({ pand, ring: [], m2: 10, light: [before, after], strict: [0, 0] });

  it('are put in classes', () => {
    const shown = (before: number, after: number, what: 'before' | 'after' | 'difference'): string | undefined => classesOf(what)[classOf(facade('a', before, after), 'light', what)]?.id;
    expect([0, 1, 2, 3, 4, 9].map((hours) => shown(hours, 0, 'before'))).toEqual(['h1', 'h2', 'h3', 'h4', 'more', 'more']);
    expect([-3, -1.5, -0.5, 0, 0.5].map((loss) => shown(5, 5 + loss, 'difference'))).toEqual(['loss2', 'loss1', 'loss', 'same', 'gain']);
  });

  it('are told by pand, the largest loss first', () => {
    const found = pandenOf([facade('a', 3, 2.5), facade('b', 4, 1), facade('a', 2.5, 1.5), facade('c', 5, 5), facade('d', 1, 2)], 'light');
    expect(found).toEqual([
      { pand: 'b', count: 1, before: 4, after: 1, fallen: 1 },
      { pand: 'a', count: 2, before: 2.5, after: 1.5, fallen: 1 },
      { pand: 'd', count: 1, before: 1, after: 2, fallen: 0 },
    ]);
    expect(pandenOf([facade('a', 3, 1)], 'strict')).toEqual([]);
  });

  it('cover a wall with its gable, whichever way it faces', () => {
    const gable = [[0, 0, 0], [6, 8, 0], [6, 8, 3], [3, 4, 5], [0, 0, 3]].map(([x = 0, y = 0, z = 0]) => new Vector3(x, y, z));
    const area = trianglesOf(gable).reduce((sum, [a = 0, b = 0, c = 0]) => {
      const [p, q, r] = [gable[a], gable[b], gable[c]] as [Vector3, Vector3, Vector3];
      return sum + q.clone().sub(p).cross(r.clone().sub(p)).length() / 2;
    }, 0);
    expect(area).toBeCloseTo(10 * 3 + (10 * 2) / 2, 9);
  });
});

describe('history', () => {
  it('goes back and forth, until something else is done', () => {
    const history = new History('a');
    history.do('b');
    history.do('c');
    history.undo();
    expect([history.now, history.canUndo, history.canRedo]).toEqual(['b', true, true]);
    history.redo();
    expect(history.now).toBe('c');
    history.undo();
    history.undo();
    history.undo();
    expect([history.now, history.canUndo]).toEqual(['a', false]);
    history.do('d');
    expect([history.now, history.canRedo]).toEqual(['d', false]);
  });
});
