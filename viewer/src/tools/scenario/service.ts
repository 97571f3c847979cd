import { authorization } from '../../api/session';
import type { Bilingual } from '../../api/types';
import { asVariant, type Variant } from './variant';

const PATH = '/api/scenarios';

export const FORMS = ['cityjson', 'glb', 'csv', 'html'] as const;
export type Form = (typeof FORMS)[number];

export interface Verdict extends Bilingual {
  readonly edit: string;
  readonly level: 'ok' | 'warning' | 'error';
}

interface Defined {
  readonly label: string;
  readonly definition: string;
}

export interface Indicator {
  readonly id: string;
  readonly unit: string;
  readonly decimals: number;
  readonly nl: Defined;
  readonly en: Defined;
  readonly before: number | null;
  readonly after: number | null;
  readonly difference: number | null;
  readonly reason: Bilingual | null;
}

export interface Evaluation {
  readonly area: { readonly kind: string; readonly names: readonly string[]; readonly m2: number };
  readonly edits: readonly Verdict[];
  readonly indicators: readonly Indicator[];
}

export interface Listed {
  readonly id: string;
  readonly title: string;
  readonly modified: string | null;
  readonly edits: number;
}

/** A variant as the server has it; `tag` names that version when it is replaced. */
export interface Stored {
  readonly id: string;
  readonly tag: string;
  readonly variant: Variant;
}

/** The server did not do it: its status (0 when it did not answer) and its own words. */
export class Refused extends Error {
  constructor(
    readonly status: number,
    readonly detail: string,
  ) {
    super(`${status} ${detail}`);
  }
}

export async function evaluated(variant: Variant, signal: AbortSignal): Promise<Evaluation> {
  return (await (await post('/evaluate', variant, signal)).json()) as Evaluation;
}

/** Binary glTF of what is new or changed. */
export async function meshed(variant: Variant, signal: AbortSignal): Promise<ArrayBuffer> {
  return (await post('/mesh', variant, signal)).arrayBuffer();
}

export async function exported(variant: Variant, form: Form): Promise<Blob> {
  return (await post(`/export?f=${form}`, variant)).blob();
}

export async function listed(): Promise<Listed[]> {
  return ((await (await ask('GET', '')).json()) as { scenarios: Listed[] }).scenarios;
}

export async function opened(id: string): Promise<Stored> {
  return stored(await ask('GET', `/${encodeURIComponent(id)}`), id);
}

/** Keeps it as a new variant, or in the place of the version that was opened. */
export async function saved(variant: Variant, known: { readonly id: string; readonly tag: string } | null): Promise<Stored> {
  if (known) return stored(await ask('PUT', `/${encodeURIComponent(known.id)}`, variant, { 'if-match': known.tag }), known.id);
  const response = await post('', variant);
  return stored(response, response.headers.get('location')?.split('/').at(-1) ?? '');
}

async function stored(response: Response, id: string): Promise<Stored> {
  return { id, tag: response.headers.get('etag') ?? '', variant: asVariant(await response.json()) };
}

function post(path: string, body: Variant, signal?: AbortSignal): Promise<Response> {
  return ask('POST', path, body, {}, signal);
}

async function ask(method: string, path: string, body?: Variant, headers: Record<string, string> = {}, signal?: AbortSignal): Promise<Response> {
  const response = await fetch(PATH + path, {
    method,
    headers: { ...(body && { 'content-type': 'application/json' }), ...authorization(), ...headers },
    body: body ? JSON.stringify(body) : null,
    signal: signal ?? null,
  }).catch((reason: unknown) => {
    if (signal?.aborted) throw reason;
    throw new Refused(0, String(reason));
  });
  if (response.ok) return response;
  const problem = (await response.json().catch(() => ({}))) as { detail?: unknown };
  throw new Refused(response.status, typeof problem.detail === 'string' ? problem.detail : '');
}
