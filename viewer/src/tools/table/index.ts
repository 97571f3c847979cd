import type { Attribute, Page } from '../../api/types';
import { formatNumber, formatValue } from '../../format/values';
import { middleOf } from '../../geo/outline';
import { cqlOf, parseConditions, type Condition } from '../../state/conditions';
import { formatSubject, parseSubject, USUAL } from '../../state/subject';
import { collectionSelect, renderCollections } from '../../ui/colouring';
import { speaker } from '../../ui/context';
import { button, h } from '../../ui/dom';
import { fileLink } from '../../ui/filelink';
import type { MakeTool } from '../tool';
import { words } from './words';

const PAGE = 50;
const ALWAYS = ['adressen', 'oorspronkelijk_bouwjaar', 'gebruiksdoelen', 'energielabel', 'hoogte', 'buurtnaam'];
const ALWAYS_OTHER = ['bgt_functie', 'bgt_fysiek_voorkomen', 'bgt_type', 'plus_type', 'h_object', 'h_maaiveld', 'buurtcode'];
const RD = 'http://www.opengis.net/def/crs/EPSG/0/28992';
// From here an object fills a good part of the view.
const NEAR = 180;

/** The objects that meet the filter as a table: sorted, a page at a time, and one with the selection in the city. */
export const make: MakeTool = (rooms, seat) => {
  const { api, catalogue, navigation, store, subjects } = rooms;
  const say = speaker(rooms, words);
  const status = h('p', { class: 'note', role: 'status' });
  const scroller = h('div', { class: 'table__scroller', tabindex: 0, role: 'region' });
  const bar = h('div', { class: 'row row--apart table__bar' });
  const element = h('div', { class: 'table' }, scroller, bar);
  // Where each page began: null, then the last id of the page before.
  let starts: (string | null)[] = [null];
  let sortby = 'identificatie';
  let page: Page | null = null;
  let isOpen = false;
  let collection: string = USUAL;
  let known: ReadonlyMap<string, Attribute> = new Map();
  let present: ReadonlySet<string> = new Set();
  let pending: AbortController | null = null;

  const asked = (): string => {
    const { collection: chosen } = parseSubject(store.get().filter);
    return subjects.has(chosen) ? chosen : USUAL;
  };
  const kinds = collectionSelect('table-of', (chosen) => {
    store.set({ filter: formatSubject({ collection: chosen, said: '' }) });
  });
  const turnTo = (chosen: string): void => {
    collection = chosen;
    known = new Map(catalogue.filter(({ applies_to }) => applies_to.includes(chosen)).map((one) => [one.name, one]));
    present = new Set();
    if (!known.has(sortby.replace(/^-/, ''))) sortby = 'identificatie';
  };
  turnTo(asked());

  const conditions = (): Condition[] => {
    try {
      return parseConditions(parseSubject(store.get().filter).said, known);
    } catch {
      // The filter tool says so itself.
      return [];
    }
  };
  const columns = (): Attribute[] => {
    const colour = parseSubject(store.get().colourBy);
    const coloured = colour.collection === collection && colour.said ? [colour.said] : [];
    const always = collection === USUAL ? ALWAYS : ALWAYS_OTHER;
    const names = new Set([...always, ...conditions().map(({ attribute }) => attribute), ...coloured]);
    return [...names].filter((name) => present.has(name)).flatMap((name) => known.get(name) ?? []);
  };
  const load = async (): Promise<void> => {
    if (!isOpen) return;
    pending?.abort();
    const request = (pending = new AbortController());
    status.textContent = say('loading');
    try {
      const of = collection;
      if (present.size === 0) present = new Set((await subjects.attributesOf(of)).map(({ name }) => name));
      if (of !== collection) return;
      const question = { filter: cqlOf(conditions(), known), sortby, limit: PAGE, after: starts.at(-1) ?? null, crs: RD };
      const properties = ['identificatie', ...columns().map(({ name }) => name)];
      const found = await api.page(collection, { ...question, properties }, request.signal);
      if (request.signal.aborted) return;
      page = found;
      render();
    } catch (reason) {
      if (request.signal.aborted) return;
      console.warn(reason);
      status.textContent = say('failed');
    }
  };
  const restart = (): void => {
    starts = [null];
    if (asked() !== collection) {
      turnTo(asked());
      seat.save(sortby === 'identificatie' ? null : sortby);
    }
    void load();
  };
  const sort = (name: string): void => {
    sortby = sortby === name ? `-${name}` : name;
    seat.save(sortby === 'identificatie' ? null : sortby);
    restart();
  };
  const show = ({ id, geometry }: Page['features'][number]): void => {
    store.set({ selection: { collection, id } });
    const middle = middleOf(geometry);
    if (middle) navigation.lookAt(...middle, 0, NEAR);
  };
  const heading = (name: string, label: string): HTMLElement => {
    const order = sortby === name ? 'ascending' : sortby === `-${name}` ? 'descending' : null;
    const sign = order === null ? '' : order === 'ascending' ? ' ▲' : ' ▼';
    return h(
      'th',
      { scope: 'col', 'aria-sort': order ?? undefined },
      h('button', { type: 'button', class: 'table__sort', 'data-sort': name, click: () => { sort(name); } }, label, h('span', { 'aria-hidden': 'true' }, sign)),
    );
  };
  const row = (feature: Page['features'][number], shown: readonly Attribute[]): HTMLElement => {
    const { language, selection } = store.get();
    const chosen = selection?.collection === collection && selection.id === feature.id;
    const choose = h('button', { type: 'button', class: 'table__choose', 'data-id': feature.id, 'aria-pressed': String(chosen), click: () => { show(feature); } }, feature.id);
    return h(
      'tr',
      { class: chosen ? 'table__chosen' : undefined },
      h('th', { scope: 'row' }, choose),
      ...shown.map((attribute) => {
        const number = attribute.type === 'number' || attribute.type === 'integer';
        return h('td', { class: number ? 'table__number' : undefined }, formatValue(language, feature.properties[attribute.name], attribute));
      }),
    );
  };
  const turn = (key: 'previous' | 'next', enabled: boolean, to: () => void): HTMLButtonElement => {
    const element = button({ label: say(key), text: say(key), class: `utrecht-button--secondary-action table__${key}`, press: to });
    element.disabled = !enabled;
    return element;
  };
  const render = (): void => {
    if (!page) return;
    const { language, selection } = store.get();
    const { features, numberMatched } = page;
    const focused = element.querySelector<HTMLElement>(':focus');
    const again = focused?.dataset['sort'] ? `[data-sort="${focused.dataset['sort']}"]` : focused?.dataset['id'] ? `[data-id="${focused.dataset['id']}"]` : null;
    const shown = columns();
    const kind = collection === USUAL ? 'pand' : 'other';
    const caption = say(conditions().length > 0 ? `caption.${kind}` : `all.${kind}`);
    const first = (starts.length - 1) * PAGE;
    const table = h(
      'table',
      {},
      h('caption', { class: 'hidden-text' }, caption),
      h('thead', {}, h('tr', {}, heading('identificatie', say(`show.${kind}`)), ...shown.map(({ name, type, ...words }) => (type === 'list' ? h('th', { scope: 'col' }, words[language].label) : heading(name, words[language].label))))),
      h('tbody', {}, ...features.map((feature) => row(feature, shown))),
    );
    scroller.setAttribute('aria-label', caption);
    scroller.replaceChildren(table);
    const number = (value: number): string => formatNumber(language, value);
    status.textContent = numberMatched === 0 ? say('empty') : say(`range.${kind}`, { from: number(first + 1), to: number(first + features.length), total: number(numberMatched) });
    status.dataset['total'] = String(numberMatched);
    if (selection?.collection === collection && !features.some(({ id }) => id === selection.id)) status.textContent += ` ${say('elsewhere')}`;
    const file = (f: 'csv' | 'gpkg'): HTMLElement =>
      fileLink(rooms, {
        collection,
        asked: { f, filter: cqlOf(conditions(), known), sortby },
        name: `${collection === USUAL ? 'panden' : collection}.${f}`,
        text: say(f),
        class: `table__${f}`,
      });
    bar.replaceChildren(
      h('div', { class: 'row' }, h('label', { for: 'table-of', class: 'table__of' }, say('of')), kinds, status),
      h('div', { class: 'row' }, file('csv'), file('gpkg')),
      h(
        'div',
        { class: 'row', role: 'group', 'aria-label': say('pages') },
        turn('previous', starts.length > 1, () => { starts = starts.slice(0, -1); void load(); }),
        turn('next', first + features.length < numberMatched, () => { starts = [...starts, features.at(-1)?.id ?? null]; void load(); }),
      ),
    );
    renderCollections(rooms, kinds, collection);
    if (again) element.querySelector<HTMLElement>(again)?.focus({ preventScroll: true });
  };
  const followSelection = (): void => {
    if (!isOpen) return;
    render();
    scroller.querySelector('.table__chosen')?.scrollIntoView({ block: 'nearest' });
  };
  bar.append(status);
  store.on(['filter'], restart);
  store.on(['colourBy'], () => void load());
  store.on(['selection'], followSelection);

  return {
    element,
    restore: (state) => {
      if (asked() !== collection) turnTo(asked());
      const name = (state ?? 'identificatie').replace(/^-/, '');
      if (!known.has(name)) throw new Error(`no attribute to sort by: ${name}`);
      sortby = state ?? 'identificatie';
      restart();
    },
    open: () => {
      isOpen = true;
      restart();
    },
    close: () => {
      isOpen = false;
    },
    render: () => void load(),
  };
};
