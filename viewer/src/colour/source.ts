import type { Api } from '../api/client';
import type { Attribute } from '../api/types';
import type { Store } from '../state/store';
import type { Colouring } from '../tiles/appearance';
import { classify } from './classify';

/** The collection whose objects are coloured. */
export const COLOURED = 'pand';

const TOO_UNIQUE = new Set(['identificatie']);

export type ColourStatus =
  | { readonly kind: 'none' }
  | { readonly kind: 'loading'; readonly attribute: Attribute }
  | { readonly kind: 'failed'; readonly attribute: Attribute }
  | { readonly kind: 'ready'; readonly attribute: Attribute; readonly colouring: Colouring };

/** Follows the attribute that colours the panden: fetches its values once, divides them and tells who draws them. */
export class ColourSource {
  private readonly known = new Map<string, Promise<Colouring>>();
  private readonly listeners: ((status: ColourStatus) => void)[] = [];
  private status: ColourStatus = { kind: 'none' };

  constructor(
    private readonly store: Store,
    private readonly api: Api,
    private readonly attributes: readonly Attribute[],
  ) {
    store.on(['colourBy'], () => void this.follow());
  }

  on(listener: (status: ColourStatus) => void): void {
    this.listeners.push(listener);
    listener(this.status);
  }

  async follow(): Promise<void> {
    const name = this.store.get().colourBy;
    const attribute = this.attributes.find((candidate) => candidate.name === name);
    if (!attribute) {
      this.announce({ kind: 'none' });
      return;
    }
    this.announce({ kind: 'loading', attribute });
    const status = await this.load(attribute);
    // The visitor may have chosen something else in the meantime.
    if (this.store.get().colourBy === name) this.announce(status);
  }

  private async load(attribute: Attribute): Promise<ColourStatus> {
    const values = this.known.get(attribute.name) ?? this.fetch(attribute);
    this.known.set(attribute.name, values);
    try {
      return { kind: 'ready', attribute, colouring: await values };
    } catch {
      this.known.delete(attribute.name);
      return { kind: 'failed', attribute };
    }
  }

  private async fetch({ name }: Attribute): Promise<Colouring> {
    const columns = await this.api.column(COLOURED, name);
    const values = columns[name] ?? columns.identificatie.map(() => null);
    return {
      collection: COLOURED,
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

/** The attributes of the catalogue that this twin can colour by: those its panden have, other than lists and ids. */
export function colourable(catalogue: readonly Attribute[], present: ReadonlySet<string>): Attribute[] {
  return catalogue.filter(
    ({ name, type, applies_to }) =>
      applies_to.includes(COLOURED) && present.has(name) && type !== 'list' && type !== 'datetime' && !TOO_UNIQUE.has(name),
  );
}
