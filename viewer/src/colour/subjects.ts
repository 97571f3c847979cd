import type { Api } from '../api/client';
import type { Attribute, Twin } from '../api/types';
import { USUAL } from '../state/subject';

/** The collections that the city draws, and what is known of their objects. */
export class Subjects {
  /** Panden first, then the others as their themes have them. */
  readonly collections: readonly string[];
  private readonly known = new Map<string, Promise<readonly Attribute[]>>();

  constructor(
    private readonly api: Pick<Api, 'properties'>,
    private readonly catalogue: readonly Attribute[],
    { themes, counts }: Pick<Twin, 'themes' | 'counts'>,
  ) {
    const drawn = new Set([USUAL, ...themes.flatMap(({ collections }) => collections)]);
    this.collections = [...drawn].filter((collection) => (counts[collection] ?? 0) > 0);
  }

  has(collection: string): boolean {
    return this.collections.includes(collection);
  }

  /** The attributes of the catalogue that objects of a collection have in this twin. */
  attributesOf(collection: string): Promise<readonly Attribute[]> {
    const known = this.known.get(collection) ?? this.fetch(collection);
    this.known.set(collection, known);
    return known;
  }

  private async fetch(collection: string): Promise<readonly Attribute[]> {
    try {
      const present = await this.api.properties(collection);
      return this.catalogue.filter(({ name, applies_to }) => applies_to.includes(collection) && present.has(name));
    } catch (reason) {
      this.known.delete(collection);
      throw reason;
    }
  }
}

/** Those that an object can be coloured by: not lists, moments and ids. */
export function colourable(attributes: readonly Attribute[]): Attribute[] {
  return attributes.filter(({ name, type }) => type !== 'list' && type !== 'datetime' && name !== 'identificatie');
}
