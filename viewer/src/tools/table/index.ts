import type { Attribute, Page } from '../../api/types';
import { COLOURED } from '../../colour/source';
import { formatNumber, formatValue } from '../../format/values';
import { middleOf } from '../../geo/outline';
import { cqlOf, parseConditions, type Condition } from '../../state/conditions';
import { speaker } from '../../ui/context';
import { button, h } from '../../ui/dom';
import { fileLink } from '../../ui/filelink';
import type { MakeTool } from '../tool';
import { words } from './words';

const PAGE = 50;
const ALWAYS = ['adressen', 'oorspronkelijk_bouwjaar', 'gebruiksdoelen', 'energielabel', 'hoogte', 'buurtnaam'];
const RD = 'http://www.opengis.net/def/crs/EPSG/0/28992';
// From here a pand fills a good part of the view.
const NEAR = 180;

/** The panden that meet the filter as a table: sorted, a page at a time, and one with the selection in the city. */
export const make: MakeTool = (rooms, seat) => {
  const { api, catalogue, navigation, store } = rooms;
  const say = speaker(rooms, words);
  const known = new Map(catalogue.filter(({ applies_to }) => applies_to.includes(COLOURED)).map((one) => [one.name, one]));
  const status = h('p', { class: 'note', role: 'status' });
  const scroller = h('div', { class: 'table__scroller', tabindex: 0, role: 'region' });
  const bar = h('div', { class: 'row row--apart table__bar' });
  const element = h('div', { class: 'table' }, scroller, bar);
  // Where each page began: null, then the last id of the page before.
  let starts: (string | null)[] = [null];
  let sortby = 'identificatie';
  let page: Page | null = null;
  let isOpen = false;
  let present: ReadonlySet<string> = new Set();
  let pending: AbortController | null = null;

  const conditions = (): Condition[] => {
    try {
      return parseConditions(store.get().filter, known);
    } catch {
      // The filter tool says so itself.
      return [];
    }
  };
  const columns = (): Attribute[] => {
    const { colourBy } = store.get();
    const names = new Set([...ALWAYS, ...conditions().map(({ attribute }) => attribute), ...(colourBy ? [colourBy] : [])]);
    return [...names].filter((name) => present.has(name)).flatMap((name) => known.get(name) ?? []);
  };
  const load = async (): Promise<void> => {
    if (!isOpen) return;
    pending?.abort();
    const request = (pending = new AbortController());
    status.textContent = say('loading');
    try {
      if (present.size === 0) present = await api.properties(COLOURED);
      const asked = { filter: cqlOf(conditions(), known), sortby, limit: PAGE, after: starts.at(-1) ?? null, crs: RD };
      const properties = ['identificatie', ...columns().map(({ name }) => name)];
      const found = await api.page(COLOURED, { ...asked, properties }, request.signal);
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
    void load();
  };
  const sort = (name: string): void => {
    sortby = sortby === name ? `-${name}` : name;
    seat.save(sortby === 'identificatie' ? null : sortby);
    restart();
  };
  const show = ({ id, geometry }: Page['features'][number]): void => {
    store.set({ selection: { collection: COLOURED, id } });
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
    const chosen = selection?.collection === COLOURED && selection.id === feature.id;
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
    const { language, filter, selection } = store.get();
    const { features, numberMatched } = page;
    const focused = element.querySelector<HTMLElement>(':focus');
    const again = focused?.dataset['sort'] ? `[data-sort="${focused.dataset['sort']}"]` : focused?.dataset['id'] ? `[data-id="${focused.dataset['id']}"]` : null;
    const shown = columns();
    const caption = say(filter ? 'caption' : 'all');
    const first = (starts.length - 1) * PAGE;
    const table = h(
      'table',
      {},
      h('caption', { class: 'hidden-text' }, caption),
      h('thead', {}, h('tr', {}, heading('identificatie', say('show')), ...shown.map(({ name, type, ...words }) => (type === 'list' ? h('th', { scope: 'col' }, words[language].label) : heading(name, words[language].label))))),
      h('tbody', {}, ...features.map((feature) => row(feature, shown))),
    );
    scroller.setAttribute('aria-label', caption);
    scroller.replaceChildren(table);
    const number = (value: number): string => formatNumber(language, value);
    status.textContent = numberMatched === 0 ? say('empty') : say('range', { from: number(first + 1), to: number(first + features.length), total: number(numberMatched) });
    status.dataset['total'] = String(numberMatched);
    if (selection && !features.some(({ id }) => id === selection.id)) status.textContent += ` ${say('elsewhere')}`;
    const file = (f: 'csv' | 'gpkg'): HTMLElement =>
      fileLink(rooms, {
        collection: COLOURED,
        asked: { f, filter: cqlOf(conditions(), known), sortby },
        name: `panden.${f}`,
        text: say(f),
        class: `table__${f}`,
      });
    bar.replaceChildren(
      status,
      h('div', { class: 'row' }, file('csv'), file('gpkg')),
      h(
        'div',
        { class: 'row', role: 'group', 'aria-label': say('pages') },
        turn('previous', starts.length > 1, () => { starts = starts.slice(0, -1); void load(); }),
        turn('next', first + features.length < numberMatched, () => { starts = [...starts, features.at(-1)?.id ?? null]; void load(); }),
      ),
    );
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
