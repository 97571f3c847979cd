import type { Api } from '../api/client';
import type { Attribute, Twin } from '../api/types';
import type { Subjects } from '../colour/subjects';
import type { Legends } from '../image/legends';
import { fill, translate, type Holes, type Key, type Words } from '../i18n';
import type { Store } from '../state/store';

/** What every part of the page reads from. */
export interface Context {
  readonly store: Store;
  readonly api: Api;
  readonly twin: Twin;
  readonly catalogue: readonly Attribute[];
  readonly subjects: Subjects;
  readonly legends: Legends;
}

/** Text in the language of the moment. */
export function text({ store }: Pick<Context, 'store'>, key: Key, values?: Holes): string {
  return translate(store.get().language, key, values);
}

/** The same for the words of a tool. */
export function speaker<K extends string>({ store }: Pick<Context, 'store'>, words: Words<K>): (key: K, values?: Holes) => string {
  return (key, values) => fill(words[store.get().language][key], values);
}
