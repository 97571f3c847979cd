import { COLOURED } from '../../colour/source';
import { formatNumber } from '../../format/values';
import { speaker } from '../../ui/context';
import { button, h } from '../../ui/dom';
import { download } from '../../ui/download';
import type { Rooms } from '../tool';
import type { Seen } from './viewshed';
import { words } from './words';

const LISTED = 25;
// Ids in one question: an address of 200 of them stays below 4 KB, which every proxy lets pass.
const AT_ONCE = 200;

/** The panden that are seen from a point: how many, the nearest by address, and all of them as a file. */
export class SeenPanden {
  readonly element = h('div', { class: 'stack sight__panden' });
  private readonly say;
  private seen: readonly Seen[] = [];
  private request: AbortController | null = null;

  constructor(private readonly rooms: Rooms) {
    this.say = speaker(rooms, words);
  }

  /** Lists these, the nearest first; null for none. */
  show(seen: readonly Seen[] | null): void {
    this.request?.abort();
    this.seen = seen ?? [];
    delete this.element.dataset['count'];
    this.element.replaceChildren();
    if (seen) void this.list();
  }

  private async list(): Promise<void> {
    const { seen, say } = this;
    const request = (this.request = new AbortController());
    const { language } = this.rooms.store.get();
    const nearest = seen.slice(0, LISTED);
    const heading = h('p', { role: 'status' }, say('panden', { count: formatNumber(language, seen.length, 0) }));
    this.element.replaceChildren(heading);
    if (seen.length > 0) {
      const addresses = await this.addressesOf(nearest, request.signal);
      if (request.signal.aborted) return;
      this.element.replaceChildren(heading, this.table(nearest, addresses), h('div', {}, button({ label: say('csv'), text: say('csv'), class: 'utrecht-button--subtle chip', press: () => void this.save() })));
    }
    this.element.dataset['count'] = String(seen.length);
  }

  private table(nearest: readonly Seen[], addresses: ReadonlyMap<string, readonly string[]>): HTMLElement {
    const { say } = this;
    const { language } = this.rooms.store.get();
    const rows = nearest.map(({ id, distance }) => {
      const choose = h('button', { type: 'button', class: 'table__choose', 'data-id': id, click: () => { this.rooms.store.set({ selection: { collection: COLOURED, id } }); } }, short(addresses.get(id)) ?? id);
      return h('tr', { 'data-distance': distance.toFixed(1) }, h('th', { scope: 'row' }, choose), h('td', { class: 'table__number' }, formatNumber(language, distance, 0)));
    });
    return h(
      'div',
      { class: 'table table--beside sight__list' },
      h(
        'table',
        {},
        h('caption', { class: 'origin' }, say('nearest', { count: rows.length })),
        h('thead', {}, h('tr', {}, h('th', { scope: 'col' }, say('address')), h('th', { scope: 'col', class: 'table__number' }, say('distance')))),
        h('tbody', {}, ...rows),
      ),
    );
  }

  private async save(): Promise<void> {
    const { seen, say } = this;
    const addresses = await this.addressesOf(seen);
    const quoted = (text: string): string => `"${text.replaceAll('"', '""')}"`;
    const lines = seen.map(({ id, distance }) => [id, quoted((addresses.get(id) ?? []).join('; ')), distance.toFixed(1)].join(','));
    download(say('csv.file'), new Blob([['identificatie,adressen,afstand_m', ...lines, ''].join('\r\n')], { type: 'text/csv' }));
  }

  /** Addresses by pand; a pand without one, or of which the server does not answer, goes by its id. */
  private async addressesOf(seen: readonly Seen[], signal?: AbortSignal): Promise<Map<string, readonly string[]>> {
    const { api, catalogue } = this.rooms;
    const found = new Map<string, readonly string[]>();
    if (!catalogue.some(({ name }) => name === 'adressen')) return found;
    for (let at = 0; at < seen.length; at += AT_ONCE) {
      const ids = seen.slice(at, at + AT_ONCE).map(({ id }) => `'${id.replaceAll("'", "''")}'`);
      try {
        const { identificatie, adressen = [] } = await api.columnsOf(COLOURED, ['identificatie', 'adressen'], `identificatie IN (${ids.join(',')})`, signal);
        identificatie.forEach((id, row) => {
          const value = adressen[row];
          if (Array.isArray(value) && value.length > 0) found.set(id, value.map(String));
        });
      } catch (reason) {
        if (signal?.aborted) return found;
        console.warn(reason);
      }
    }
    return found;
  }
}

// The first by name; a flat has dozens.
function short(addresses: readonly string[] | undefined): string | null {
  if (addresses?.[0] === undefined) return null;
  return addresses.length === 1 ? addresses[0] : `${addresses[0]} + ${addresses.length - 1}`;
}
