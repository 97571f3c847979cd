import { authorization, forget, token } from './session';
import type { Access, Attribute, Columns, Feature, Page, Range, SearchResult, Twin, ValueCounts } from './types';

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
  /** When the twin that is served now was built. */
  built(): Promise<string>;
  access(): Promise<Access>;
  twin(): Promise<Twin>;
  catalogue(): Promise<Attribute[]>;
  properties(collection: string): Promise<Set<string>>;
  item(collection: string, id: string, signal?: AbortSignal): Promise<Feature>;
  column(collection: string, property: string): Promise<Columns>;
  /** Columns of the objects that meet a condition in CQL2. */
  columnsOf(collection: string, properties: readonly string[], filter: string, signal?: AbortSignal): Promise<Columns>;
  /** A page of objects, in the order that is asked for. */
  page(collection: string, asked: Asked, signal?: AbortSignal): Promise<Page>;
  values(collection: string, property: string, limit: number): Promise<ValueCounts>;
  range(collection: string, property: string): Promise<Range>;
  search(text: string, signal?: AbortSignal): Promise<SearchResult[]>;
  /** A file. Of who turns out to be logged out it is no longer asked: it would hold less than they think. */
  file(path: string): Promise<Blob>;
}

export interface Asked {
  readonly filter?: string | null;
  readonly sortby?: string | null;
  readonly limit?: number;
  /** Id of the object after which the page begins. */
  readonly after?: string | null;
  readonly properties?: readonly string[];
  readonly crs?: string;
  readonly f?: 'csv' | 'gpkg';
}

/** Where the API gives the objects that are asked for; also for a link to a file. */
export function itemsAddress(collection: string, { properties, ...asked }: Asked): string {
  const query = new URLSearchParams();
  for (const [name, value] of Object.entries({ ...asked, properties: properties?.join(',') })) {
    if (value !== null && value !== undefined) query.set(name, String(value));
  }
  return `/api/collections/${encodeURIComponent(collection)}/items?${query.toString()}`;
}

/** Hears of every request that did not reach the server, or found no such object. */
export const failures = new EventTarget();

export const api: Api = {
  built: async () => (await read<{ built: string }>('/api/version')).built,
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
  columnsOf: (collection, properties, filter, signal) => {
    const query = new URLSearchParams({ properties: properties.join(','), filter });
    return read<Columns>(`/api/collections/${encodeURIComponent(collection)}/columns?${query.toString()}`, signal);
  },
  page: (collection, asked, signal) => read<Page>(itemsAddress(collection, asked), signal),
  values: (collection, property, limit) =>
    read<ValueCounts>(`/api/collections/${encodeURIComponent(collection)}/values?property=${encodeURIComponent(property)}&limit=${limit}`),
  range: (collection, property) =>
    read<Range>(`/api/collections/${encodeURIComponent(collection)}/histogram?property=${encodeURIComponent(property)}&bins=1`),
  search: async (text, signal) =>
    (await read<{ results: SearchResult[] }>(`/api/search?q=${encodeURIComponent(text)}&limit=10`, signal)).results,
  file: async (path) => (await ask(path, '*/*', undefined, 'not-found', false)).blob(),
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
  return (await (await ask(path, 'application/geo+json, application/json', signal, missing)).json()) as T;
}

async function ask(path: string, accept: string, signal?: AbortSignal, missing: Failure = 'not-found', again = true): Promise<Response> {
  const secret = token();
  const headers = { accept, ...authorization(secret) };
  const response = await fetch(path, { headers, signal: signal ?? null }).catch(
    (reason: unknown) => {
      if (signal?.aborted) throw reason;
      throw missed('unreachable', `${path}: ${String(reason)}`);
    },
  );
  if (response.status === 401 && secret !== null) {
    // Of several requests under way, only the first to hear of it tells.
    if (token() === secret) {
      forget();
      ended = true;
      loggedOut?.();
    }
    if (again) return ask(path, accept, signal, missing);
  }
  // A development proxy or gateway without the API behind it answers 502 or 504.
  if (response.status === 502 || response.status === 504) throw missed('unreachable', path);
  if (response.status === 404 || response.status === 503) throw missed(missing, path);
  if (!response.ok) throw new ApiError('server', `${path}: ${response.status}`);
  return response;
}

function missed(failure: Failure, message: string): ApiError {
  failures.dispatchEvent(new Event('missed'));
  return new ApiError(failure, message);
}
