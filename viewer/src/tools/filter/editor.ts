import type { Attribute, ValueCounts } from '../../api/types';
import { formatMeasure, formatNumber, formatValue } from '../../format/values';
import type { Condition } from '../../state/conditions';
import { field, h } from '../../ui/dom';
import type { Rooms } from '../tool';
import type { words } from './words';

// More values than this are not chosen from a list; a text is looked for instead.
const LISTED = 40;

interface Editing {
  readonly rooms: Rooms;
  readonly say: (key: keyof typeof words.nl) => string;
  readonly collection: string;
  readonly attribute: Attribute;
  readonly condition: Condition;
  readonly id: string;
  readonly change: (condition: Condition) => void;
}

/** The controls of one condition: limits of a number, values to choose from, or a text to look for. */
export function conditionEditor(editing: Editing): HTMLElement {
  const { attribute, condition, id, say, change } = editing;
  const { name } = attribute;
  const controls = h('div', { class: 'condition__controls' });
  const wasMissing = condition.kind === 'missing';
  const missing = h('input', {
    type: 'checkbox',
    id: `${id}-missing`,
    checked: wasMissing,
    change: () => {
      controls.hidden = missing.checked;
      change(missing.checked ? { kind: 'missing', attribute: name } : kept());
    },
  });
  let kept = (): Condition => condition;
  controls.hidden = wasMissing;
  if (attribute.type === 'integer' || attribute.type === 'number') kept = rangeOf(controls, editing);
  else kept = valuesOf(controls, editing);
  return h('div', { class: 'stack' }, controls, h('label', { class: 'check' }, missing, say('none')));
}

function rangeOf(controls: HTMLElement, { rooms, say, collection, attribute, condition, id, change }: Editing): () => Condition {
  const { language } = rooms.store.get();
  const limit = (key: 'from' | 'to'): HTMLInputElement => {
    const input = h('input', {
      id: `${id}-${key}`,
      type: 'number',
      step: attribute.type === 'integer' ? 1 : 'any',
      class: 'utrecht-textbox utrecht-textbox--html-input',
      change: () => { change(read()); },
    });
    const value = condition.kind === 'range' ? condition[key] : null;
    input.value = value === null ? '' : String(value);
    return input;
  };
  const [from, to] = [limit('from'), limit('to')];
  const number = ({ value }: HTMLInputElement): number | null => (value === '' ? null : Number(value));
  const read = (): Condition => ({ kind: 'range', attribute: attribute.name, from: number(from), to: number(to) });
  const extent = h('p', { class: 'origin' });
  controls.append(h('div', { class: 'row condition__range' }, field(say('from'), from), field(say('to'), to)), extent);
  rooms.api
    .range(collection, attribute.name)
    .then(({ min, max }) => {
      if (min === null || max === null) return;
      extent.textContent = `${formatMeasure(language, min, { ...attribute, unit: null })} – ${formatMeasure(language, max, attribute)}`;
    })
    .catch((reason: unknown) => { console.warn(reason); });
  return read;
}

function valuesOf(controls: HTMLElement, editing: Editing): () => Condition {
  const { rooms, collection, attribute, condition } = editing;
  let read = (): Condition => condition;
  rooms.api
    .values(collection, attribute.name, LISTED)
    .then((found) => {
      const many = found.distinct > LISTED && attribute.type === 'string';
      read = many || condition.kind === 'like' ? textOf(controls, editing) : listOf(controls, editing, found);
    })
    .catch((reason: unknown) => { console.warn(reason); });
  return () => read();
}

function listOf(controls: HTMLElement, { rooms, attribute, condition, change }: Editing, found: ValueCounts): () => Condition {
  const { language } = rooms.store.get();
  const chosen = new Set(condition.kind === 'among' ? condition.values : []);
  const read = (): Condition => ({ kind: 'among', attribute: attribute.name, values: [...chosen] });
  const boxes = found.values.map(({ value, count }) => {
    const text = typeof value === 'string' ? value : JSON.stringify(value);
    const box = h('input', {
      type: 'checkbox',
      value: text,
      checked: chosen.has(text),
      change: () => {
        if (box.checked) chosen.add(text);
        else chosen.delete(text);
        change(read());
      },
    });
    const words = formatValue(language, value, attribute);
    return h('label', { class: 'check' }, box, h('span', {}, words), h('span', { class: 'check__count' }, formatNumber(language, count)));
  });
  controls.append(h('div', { class: 'condition__values' }, ...boxes));
  return read;
}

function textOf(controls: HTMLElement, { say, attribute, condition, id, change }: Editing): () => Condition {
  const input = h('input', {
    id: `${id}-text`,
    type: 'text',
    class: 'utrecht-textbox utrecht-textbox--html-input',
    change: () => { change(read()); },
  });
  input.value = condition.kind === 'like' ? condition.text : '';
  const read = (): Condition => ({ kind: 'like', attribute: attribute.name, text: input.value.trim() });
  controls.append(field(say('contains'), input));
  return read;
}
