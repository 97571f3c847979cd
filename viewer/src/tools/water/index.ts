import type { Page, Range } from '../../api/types';
import { COLOURED } from '../../colour/source';
import { formatNumber, formatValue } from '../../format/values';
import { speaker } from '../../ui/context';
import { field, h } from '../../ui/dom';
import { fileLink } from '../../ui/filelink';
import type { MakeTool } from '../tool';
import { Surface } from './surface';
import { words } from './words';

const GROUND = 'h_maaiveld';
const UNITS = 'aantal_verblijfsobjecten';
const LAYER = 'water';
const LISTED = 25;
const PATIENCE_MS = 200;
const DROWNED = { colour: [41, 102, 168] as const };

/** Water at a height against the ground, and which panden then stand in it. */
export const make: MakeTool = (rooms, seat) => {
  const { api, catalogue, frame, painter, stage, store, twin } = rooms;
  const say = speaker(rooms, words);
  const surface = new Surface(stage, frame, twin.bbox);
  const status = h('p', { class: 'note', role: 'status' });
  const unknown = h('p', { class: 'origin' });
  const list = h('div');
  const output = h('output', { for: 'water-level', class: 'sun__clock' });
  const slider = h('input', { id: 'water-level', type: 'range', step: 0.05, input: () => { set(Number(slider.value)); } });
  const element = h('div', { class: 'stack water' });
  let level: number | null = null;
  let ground: Range | null = null;
  let pending: AbortController | null = null;
  let timer = 0;

  const conditionOf = (height: number): string => `${GROUND} < ${height}`;
  const show = (next: number | null): void => {
    level = next;
    surface.at(level);
    output.value = level === null ? '' : `${formatNumber(store.get().language, level)} m`;
    slider.setAttribute('aria-valuetext', output.value);
    if (level !== null) slider.value = String(level);
  };
  const set = (next: number): void => {
    show(next);
    seat.save(String(next));
    window.clearTimeout(timer);
    timer = window.setTimeout(() => void count(), PATIENCE_MS);
  };
  /** Finds who stands in the water, and tells. */
  const count = async (): Promise<void> => {
    pending?.abort();
    const request = (pending = new AbortController());
    delete status.dataset['count'];
    if (level === null) {
      painter.tint(LAYER, null);
      status.textContent = '';
      list.replaceChildren();
      return;
    }
    status.textContent = say('counting');
    const filter = conditionOf(level);
    try {
      const known = catalogue.some(({ name }) => name === UNITS);
      const [columns, page] = await Promise.all([
        api.columnsOf(COLOURED, known ? ['identificatie', UNITS] : ['identificatie'], filter, request.signal),
        api.page(COLOURED, { filter, sortby: GROUND, limit: LISTED, properties: ['adressen', GROUND] }, request.signal),
      ]);
      if (request.signal.aborted) return;
      const ids = columns.identificatie;
      painter.tint(LAYER, new Map(ids.map((id) => [id, DROWNED])));
      const units = known ? (columns[UNITS] ?? []).reduce<number>((sum, value) => sum + (typeof value === 'number' ? value : 0), 0) : null;
      const number = (value: number): string => formatNumber(store.get().language, value);
      const told = { count: number(ids.length), total: number(twin.counts[COLOURED] ?? 0) };
      status.textContent = units === null ? say('plain', told) : say('count', { ...told, units: number(units) });
      status.dataset['count'] = String(ids.length);
      list.replaceChildren(...(ids.length > 0 ? listOf(page, filter, level) : []));
    } catch (reason) {
      if (request.signal.aborted) return;
      console.warn(reason);
      status.textContent = say('failed');
    }
  };
  const listOf = ({ features }: Page, filter: string, height: number): HTMLElement[] => {
    const { language } = store.get();
    const addresses = catalogue.find(({ name }) => name === 'adressen');
    const rows = features.map(({ id, properties }) => {
      const depth = height - Number(properties[GROUND]);
      const address = addresses && properties['adressen'] ? formatValue(language, properties['adressen'], addresses) : id;
      const choose = h('button', { type: 'button', class: 'table__choose', click: () => { store.set({ selection: { collection: COLOURED, id } }); } }, address);
      return h('tr', { 'data-id': id }, h('th', { scope: 'row' }, choose), h('td', { class: 'table__number' }, depth.toFixed(2).replace('.', language === 'nl' ? ',' : '.')));
    });
    return [
      fileLink(rooms, { collection: COLOURED, asked: { f: 'csv', filter, sortby: GROUND }, name: 'panden-in-water.csv', text: say('csv'), class: 'water__csv' }),
      h(
        'div',
        { class: 'table table--beside water__list' },
        h(
          'table',
          {},
          h('caption', { class: 'origin' }, say('deepest', { count: features.length })),
          h('thead', {}, h('tr', {}, h('th', { scope: 'col' }, say('address')), h('th', { scope: 'col' }, say('depth')))),
          h('tbody', {}, ...rows),
        ),
      ),
    ];
  };
  const render = (): void => {
    element.replaceChildren(h('div', { class: 'row row--apart' }, h('span', {}), output), field(say('level'), slider, say('help')), status, unknown, list);
    show(level);
  };
  /** Reaches over the ground of the panden, and a little above and below it. */
  const reach = async (): Promise<Range> => {
    ground ??= await api.range(COLOURED, GROUND);
    const { min, max, missing } = ground;
    if (min === null || max === null) return ground;
    slider.min = String(Math.floor(min - 1));
    slider.max = String(Math.ceil(max + 3));
    unknown.textContent = missing > 0 ? say('unknown', { count: formatNumber(store.get().language, missing) }) : '';
    return ground;
  };
  render();

  return {
    element,
    restore: async (state) => {
      const height = state === null ? null : Number(state);
      if (height !== null && (state?.trim() === '' || !Number.isFinite(height))) throw new Error(`no water level: ${state ?? ''}`);
      await reach();
      show(height);
      await count();
    },
    open: () => {
      reach().then(
        ({ min, max }) => {
          if (min === null || max === null) status.textContent = say('nothing');
          else if (level === null) set(Math.round(((min + max) / 2) * 20) / 20);
        },
        (reason: unknown) => {
          console.warn(reason);
          status.textContent = say('failed');
        },
      );
    },
    render: () => {
      render();
      void reach();
      void count();
    },
  };
};
