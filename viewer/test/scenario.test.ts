import { describe, expect, it } from 'vitest';
import { History } from '../src/tools/scenario/history';
import { blank, freshId, isBuilt, NoVariant, parseVariant, rectangle, replaced, withEdit, withoutEdit, type Edit } from '../src/tools/scenario/variant';

const empty = blank('Plan', { name: 'Stad', built: '2026-11-24' });
const demolish: Edit = { id: 'w1', kind: 'demolish', pand: 'A' };
const raise: Edit = { id: 'w2', kind: 'raise', pand: 'B', floors: 2, height: 6 };

describe('a variant', () => {
  it('is the same after a file, with what this page does not know', () => {
    const variant = { ...withEdit(withEdit(empty, demolish), raise), views: [{ title: 'Plein' }] };
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
    expect([isBuilt(variant), isBuilt(withEdit(empty, demolish))]).toEqual([true, false]);
  });
});

describe('a rectangle', () => {
  it('lies around its place, counter-clockwise', () => {
    expect(rectangle([100, 200], 20, 10, 0)).toEqual([[90, 195], [110, 195], [110, 205], [90, 205]]);
  });

  it('turns as a compass does', () => {
    const [first] = rectangle([0, 0], 20, 10, 90);
    expect(first).toEqual([-5, 10]);
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
