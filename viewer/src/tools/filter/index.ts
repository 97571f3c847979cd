import type { Attribute } from '../../api/types';
import { formatNumber } from '../../format/values';
import { cqlOf, formatConditions, parseConditions, type Condition } from '../../state/conditions';
import { formatSubject, parseSubject, USUAL } from '../../state/subject';
import { attributeOptions, collectionSelect, renderCollections } from '../../ui/colouring';
import { speaker } from '../../ui/context';
import { button, field, h, icon, ICONS } from '../../ui/dom';
import type { MakeTool } from '../tool';
import { conditionEditor } from './editor';
import { words } from './words';
import './filter.css';

const LAYER = 'filter';

/** Objects that meet conditions on their attributes stand out, the others of their kind pale. */
export const make: MakeTool = (rooms, seat) => {
  const { api, catalogue, painter, store, subjects, twin } = rooms;
  const say = speaker(rooms, words);
  const status = h('p', { class: 'note', role: 'status' });
  const cards = h('div', { class: 'stack' });
  const kind = h('div');
  const adding = h('div');
  const element = h('div', { class: 'stack filter' }, kind, status, cards, adding);
  const kinds = collectionSelect('filter-of', (chosen) => {
    turnTo(chosen);
    set([]);
    void load();
  });
  let collection: string = USUAL;
  let attributes: ReadonlyMap<string, Attribute> = new Map();
  let conditions: readonly Condition[] = [];
  let choices: readonly Attribute[] = [];
  let pending: AbortController | null = null;

  const turnTo = (chosen: string): void => {
    collection = chosen;
    attributes = new Map(catalogue.filter(({ applies_to }) => applies_to.includes(chosen)).map((one) => [one.name, one]));
    choices = [];
  };
  turnTo(collection);

  /** Finds who meets the conditions, and shows it. */
  const apply = async (): Promise<void> => {
    pending?.abort();
    const request = (pending = new AbortController());
    const filter = cqlOf(conditions, attributes);
    if (filter === null) {
      painter.keep(LAYER, null);
      status.textContent = say(collection === USUAL ? 'all' : 'all.other');
      delete status.dataset['count'];
      return;
    }
    status.textContent = say('counting');
    delete status.dataset['count'];
    try {
      const { identificatie: ids } = await api.columnsOf(collection, ['identificatie'], filter, request.signal);
      if (request.signal.aborted) return;
      painter.keep(LAYER, { collection, ids: new Set(ids) });
      const { language } = store.get();
      const total = twin.counts[collection] ?? 0;
      status.textContent = say(collection === USUAL ? 'count' : 'count.other', { count: formatNumber(language, ids.length), total: formatNumber(language, total) });
      status.dataset['count'] = String(ids.length);
    } catch (reason) {
      if (request.signal.aborted) return;
      console.warn(reason);
      status.textContent = say('failed');
    }
  };
  const set = (next: readonly Condition[]): void => {
    conditions = next;
    seat.save(formatSubject({ collection, said: formatConditions(conditions) ?? '' }));
    void apply();
  };
  const change = (at: number) => (condition: Condition): void => {
    set(conditions.map((before, place) => (place === at ? condition : before)));
  };
  const remove = (at: number): void => {
    set(conditions.filter((_, place) => place !== at));
    render();
    adding.querySelector('select')?.focus();
  };
  const add = (attribute: Attribute): void => {
    set([...conditions, blank(attribute)]);
    render();
    cards.querySelector<HTMLElement>('fieldset:last-child input')?.focus();
  };
  const card = (condition: Condition, at: number): HTMLElement => {
    const attribute = attributes.get(condition.attribute) as Attribute;
    const { label } = attribute[store.get().language];
    return h(
      'fieldset',
      { class: 'condition', 'data-attribute': attribute.name },
      h('legend', {}, label),
      button({ label: say('remove', { label }), icon: icon(ICONS.close), class: 'utrecht-button--subtle condition__remove', press: () => { remove(at); } }),
      conditionEditor({ rooms, say, collection, attribute, condition, id: `filter-${at}`, change: change(at) }),
    );
  };
  const render = (): void => {
    const { language } = store.get();
    const select = h('select', {
      id: 'filter-add',
      class: 'utrecht-select utrecht-select--html-select',
      change: () => {
        const chosen = attributes.get(select.value);
        if (chosen) add(chosen);
      },
    });
    select.append(h('option', { value: '' }, say('choose')), ...attributeOptions(language, choices));
    const table = button({
      label: say('table'),
      text: say('table'),
      class: 'utrecht-button--secondary-action',
      press: () => {
        store.set({ open: [...store.get().open.filter((id) => id !== 'table'), 'table'] });
      },
    });
    renderCollections(rooms, kinds, collection);
    kind.replaceChildren(field(say('of'), kinds));
    cards.replaceChildren(...conditions.map(card));
    adding.replaceChildren(h('div', { class: 'stack' }, field(say('add'), select, say('help')), table));
  };
  const load = async (): Promise<void> => {
    const asked = collection;
    try {
      const found = (await subjects.attributesOf(asked)).filter(({ type }) => type !== 'date' && type !== 'datetime');
      if (asked !== collection) return;
      choices = found;
      render();
    } catch (reason) {
      console.warn(reason);
      status.textContent = say('failed');
    }
  };
  render();

  return {
    element,
    restore: async (state) => {
      const subject = parseSubject(state);
      if (!subjects.has(subject.collection)) throw new Error(`no such objects in this city: ${state ?? ''}`);
      if (subject.collection !== collection) {
        turnTo(subject.collection);
        void load();
      }
      conditions = parseConditions(subject.said, attributes);
      render();
      await apply();
    },
    open: () => {
      if (choices.length === 0) void load();
    },
    render: () => {
      render();
      void apply();
    },
  };
};

/** The condition on an attribute with which one begins. */
function blank({ name, type }: Attribute): Condition {
  if (type === 'integer' || type === 'number') return { kind: 'range', attribute: name, from: null, to: null };
  return { kind: 'among', attribute: name, values: [] };
}
