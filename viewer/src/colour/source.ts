import type { Api } from '../api/client';
import type { Attribute } from '../api/types';
import type { Store } from '../state/store';
import { parseSubject, USUAL } from '../state/subject';
import type { Colouring } from '../tiles/appearance';
import { classify } from './classify';
import { colourable, type Subjects } from './subjects';

/** The collection that is coloured and filtered unless a visitor chooses another. */
export const COLOURED = USUAL;

interface Chosen {
  readonly collection: string;
  readonly attribute: Attribute;
}

export type ColourStatus =
  | { readonly kind: 'none' }
  /** Something that no object of this city has. */
  | { readonly kind: 'unknown'; readonly said: string }
  | ({ readonly kind: 'loading' } & Chosen)
  | ({ readonly kind: 'failed' } & Chosen)
  | ({ readonly kind: 'ready'; readonly colouring: Colouring } & Chosen);

/** Follows the attribute that colours a collection: fetches its values once, divides them and tells who draws them. */
export class ColourSource {
  private readonly known = new Map<string, Promise<Colouring>>();
  private readonly listeners: ((status: ColourStatus) => void)[] = [];
  private status: ColourStatus = { kind: 'none' };

  constructor(
    private readonly store: Store,
    private readonly api: Api,
    private readonly subjects: Subjects,
  ) {
    store.on(['colourBy'], () => void this.follow());
  }

  on(listener: (status: ColourStatus) => void): void {
    this.listeners.push(listener);
    listener(this.status);
  }

  async follow(): Promise<void> {
    const { colourBy } = this.store.get();
    const chosen = await this.chosen(colourBy);
    // The visitor may have chosen something else in the meantime, here and below.
    if (this.store.get().colourBy !== colourBy) return;
    if (!chosen) {
      this.announce(colourBy === null ? { kind: 'none' } : { kind: 'unknown', said: colourBy });
      return;
    }
    this.announce({ kind: 'loading', ...chosen });
    const status = await this.load(chosen);
    if (this.store.get().colourBy === colourBy) this.announce(status);
  }

  private async chosen(colourBy: string | null): Promise<Chosen | null> {
    const { collection, said } = parseSubject(colourBy);
    if (!said || !this.subjects.has(collection)) return null;
    const attributes = await this.subjects.attributesOf(collection).catch((reason: unknown) => {
      console.warn(reason);
      return [];
    });
    const attribute = colourable(attributes).find(({ name }) => name === said);
    return attribute ? { collection, attribute } : null;
  }

  private async load(chosen: Chosen): Promise<ColourStatus> {
    const key = `${chosen.collection}/${chosen.attribute.name}`;
    const values = this.known.get(key) ?? this.fetch(chosen);
    this.known.set(key, values);
    try {
      return { kind: 'ready', ...chosen, colouring: await values };
    } catch {
      this.known.delete(key);
      return { kind: 'failed', ...chosen };
    }
  }

  private async fetch({ collection, attribute: { name } }: Chosen): Promise<Colouring> {
    const columns = await this.api.column(collection, name);
    const values = columns[name] ?? columns.identificatie.map(() => null);
    return {
      collection,
      classification: classify(values),
      rowOf: new Map(columns.identificatie.map((id, row) => [id, row])),
    };
  }

  private announce(status: ColourStatus): void {
    this.status = status;
    this.listeners.forEach((listener) => {
      listener(status);
    });
  }
}
