/** What goes without saying in a link. */
export const USUAL = 'pand';

/** Something said of the objects of a collection. */
export interface Subject {
  readonly collection: string;
  readonly said: string;
}

/** Reads `wegdeel/bgt_functie`; of panden the collection goes without saying. */
export function parseSubject(text: string | null): Subject {
  const [, collection, said] = /^([a-z_]+)\/(.*)$/s.exec(text ?? '') ?? [];
  return collection === undefined || said === undefined ? { collection: USUAL, said: text ?? '' } : { collection, said };
}

/** Writes what `parseSubject` reads; null when it says nothing. */
export function formatSubject({ collection, said }: Subject): string | null {
  return collection === USUAL ? said || null : `${collection}/${said}`;
}
