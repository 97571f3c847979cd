import type { Attribute } from '../../api/types';
import { COLOURED } from '../../colour/source';
import { formatNumber } from '../../format/values';
import { cqlOf, formatConditions, parseConditions, type Condition } from '../../state/conditions';
import { attributeOptions } from '../../ui/colouring';
import { speaker } from '../../ui/context';
import { button, field, h, icon, ICONS } from '../../ui/dom';
import type { MakeTool } from '../tool';
import { conditionEditor } from './editor';
import { words } from './words';
import './filter.css';

const LAYER = 'filter';

/** Panden that meet conditions on their attributes stand out, the others pale. */
export const make: MakeTool = (rooms, seat) => {
  const { api, catalogue, painter, store, twin } = rooms;
  const say = speaker(rooms, words);
  const attributes = new Map(catalogue.filter(({ applies_to }) => applies_to.includes(COLOURED)).map((one) => [one.name, one]));
  const status = h('p', { class: 'note', role: 'status' });
  const cards = h('div', { class: 'stack' });
  const adding = h('div');
  const element = h('div', { class: 'stack filter' }, status, cards, adding);
  let conditions: readonly Condition[] = [];
  let choices: readonly Attribute[] = [];
  let pending: AbortController | null = null;

  /** Finds who meets the conditions, and shows it. */
  const apply = async (): Promise<void> => {
    pending?.abort();
    const request = (pending = new AbortController());
    const filter = cqlOf(conditions, attributes);
    if (filter === null) {
      painter.keep(LAYER, null);
      status.textContent = say('all');
      delete status.dataset['count'];
      return;
    }
    status.textContent = say('counting');
    delete status.dataset['count'];
    try {
      const { identificatie: ids } = await api.columnsOf(COLOURED, ['identificatie'], filter, request.signal);
      if (request.signal.aborted) return;
      painter.keep(LAYER, { collection: COLOURED, ids: new Set(ids) });
      const { language } = store.get();
      const total = twin.counts[COLOURED] ?? 0;
      status.textContent = say('count', { count: formatNumber(language, ids.length), total: formatNumber(language, total) });
      status.dataset['count'] = String(ids.length);
    } catch (reason) {
      if (request.signal.aborted) return;
      console.warn(reason);
      status.textContent = say('failed');
    }
  };
  const set = (next: readonly Condition[]): void => {
    conditions = next;
    seat.save(formatConditions(conditions));
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
      conditionEditor({ rooms, say, attribute, condition, id: `filter-${at}`, change: change(at) }),
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
    cards.replaceChildren(...conditions.map(card));
    adding.replaceChildren(h('div', { class: 'stack' }, field(say('add'), select, say('help')), table));
  };
  const load = async (): Promise<void> => {
    const present = await api.properties(COLOURED);
    choices = [...attributes.values()].filter(({ name, type }) => present.has(name) && type !== 'date' && type !== 'datetime');
    render();
  };
  render();

  return {
    element,
    restore: async (state) => {
      conditions = parseConditions(state, attributes);
      render();
      await apply();
    },
    open: () => {
      if (choices.length === 0) load().catch((reason: unknown) => { console.warn(reason); status.textContent = say('failed'); });
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
