import type { Api } from '../api/client';
import type { Attribute, Twin } from '../api/types';
import { translate, type Key } from '../i18n';
import type { Store } from '../state/store';

/** What every part of the page reads from. */
export interface Context {
  readonly store: Store;
  readonly api: Api;
  readonly twin: Twin;
  readonly catalogue: readonly Attribute[];
}

/** Text in the language of the moment. */
export function text({ store }: Pick<Context, 'store'>, key: Key, values?: Record<string, string | number>): string {
  return translate(store.get().language, key, values);
}
