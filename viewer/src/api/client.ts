import { authorization, forget, token } from './session';
import type { Access, Attribute, Columns, Feature, SearchResult, Twin } from './types';

export type Failure = 'unreachable' | 'no-twin' | 'no-tiles' | 'not-found' | 'server';

/** An answer that did not come; `failure` says what the page can tell its user. */
export class ApiError extends Error {
  constructor(
    readonly failure: Failure,
    message: string,
  ) {
    super(message);
    this.name = 'ApiError';
  }
}

export interface Api {
  access(): Promise<Access>;
  twin(): Promise<Twin>;
  catalogue(): Promise<Attribute[]>;
  properties(collection: string): Promise<Set<string>>;
  item(collection: string, id: string, signal?: AbortSignal): Promise<Feature>;
  column(collection: string, property: string): Promise<Columns>;
  search(text: string, signal?: AbortSignal): Promise<SearchResult[]>;
}

export const api: Api = {
  access: () => read<Access>('/api/access'),
  twin: () => read<Twin>('/api/twin', undefined, 'no-twin'),
  catalogue: () => read<Attribute[]>('/api/catalogue'),
  properties: async (collection) => {
    const schema = await read<{ properties: Record<string, unknown> }>(
      `/api/collections/${encodeURIComponent(collection)}/queryables`,
    );
    return new Set(Object.keys(schema.properties));
  },
  item: (collection, id, signal) =>
    read<Feature>(`/api/collections/${encodeURIComponent(collection)}/items/${encodeURIComponent(id)}`, signal),
  column: (collection, property) =>
    read<Columns>(
      `/api/collections/${encodeURIComponent(collection)}/columns?properties=${encodeURIComponent(property)}`,
    ),
  search: async (text, signal) =>
    (await read<{ results: SearchResult[] }>(`/api/search?q=${encodeURIComponent(text)}&limit=10`, signal)).results,
};

let ended = false;
let loggedOut: (() => void) | null = null;

/** Calls `listener` when a key or token is trusted no more, or was found so before; the page goes on as that of a visitor. */
export function onLoggedOut(listener: () => void): void {
  loggedOut = listener;
  if (ended) listener();
}

/** Who the API takes the holder of a key for. Throws when it does not trust the key. */
export async function accessOf(secret: string): Promise<Access> {
  const path = '/api/access';
  const response = await fetch(path, { headers: { accept: 'application/json', ...authorization(secret) } });
  if (!response.ok) throw new ApiError('server', `${path}: ${response.status}`);
  return (await response.json()) as Access;
}

async function read<T>(path: string, signal?: AbortSignal, missing: Failure = 'not-found'): Promise<T> {
  const secret = token();
  const headers = { accept: 'application/json', ...authorization(secret) };
  const response = await fetch(path, { headers, signal: signal ?? null }).catch(
    (reason: unknown) => {
      if (signal?.aborted) throw reason;
      throw new ApiError('unreachable', `${path}: ${String(reason)}`);
    },
  );
  if (response.status === 401 && secret !== null) {
    // Of several requests under way, only the first to hear of it tells.
    if (token() === secret) {
      forget();
      ended = true;
      loggedOut?.();
    }
    return read<T>(path, signal, missing);
  }
  // A development proxy or gateway without the API behind it answers 502 or 504.
  if (response.status === 502 || response.status === 504) throw new ApiError('unreachable', path);
  if (response.status === 404 || response.status === 503) throw new ApiError(missing, path);
  if (!response.ok) throw new ApiError('server', `${path}: ${response.status}`);
  return (await response.json()) as T;
}
