import { authorization } from '../../api/session';
import type { Bilingual } from '../../api/types';
import { asVariant, isEdit, type Import, type Variant } from './variant';

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
  /** Trees that what is new leaves no room for, by id. */
  readonly trees: readonly string[];
  readonly indicators: readonly Indicator[];
}

/** Possible sun hours of one facade, before and after. */
export interface Facade {
  readonly pand: string;
  /** Corners of the wall: RD and NAP [m]. */
  readonly ring: readonly (readonly [number, number, number])[];
  readonly m2: number;
  /** On 19 February (light) and 21 January (strict) [h]. */
  readonly light: readonly [number, number];
  readonly strict: readonly [number, number];
}

export interface SunHours extends Evaluation {
  readonly facades: readonly Facade[];
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

/** The server did not do it: its status (0 when it did not answer), and its words where it says what is wrong with what it got. */
export class Refused extends Error {
  constructor(
    readonly status: number,
    readonly words: Bilingual | null = null,
  ) {
    super(`${status} ${words?.en ?? ''}`);
  }
}

export async function evaluated(variant: Variant, signal: AbortSignal): Promise<Evaluation> {
  return (await (await post('/evaluate', variant, signal)).json()) as Evaluation;
}

/** Binary glTF of what is new or changed. */
export async function meshed(variant: Variant, signal: AbortSignal): Promise<ArrayBuffer> {
  return (await post('/mesh', variant, signal)).arrayBuffer();
}

/** Sun hours by the TNO norm. */
export async function sunned(variant: Variant, signal: AbortSignal): Promise<SunHours> {
  return (await (await post('/sun', variant, signal)).json()) as SunHours;
}

/** How a file of another program is to be read where it leaves that open. */
export interface Reading {
  /** Of an OBJ, which has none. */
  readonly unit: 'm' | 'cm' | 'mm';
  /** Axis that points up; null as is usual for the format. */
  readonly up: 'y' | 'z' | null;
}

export interface Designed {
  readonly edit: Import;
  /** What was made of it. */
  readonly remarks: readonly (Bilingual & { readonly code: string })[];
}

/** Has the server read a design of another program. */
export async function designed(file: File, { unit, up }: Reading): Promise<Designed> {
  const query = new URLSearchParams({ label: file.name.slice(0, 200), unit, ...(up && { up }) });
  const response = await send('POST', `/import?${query.toString()}`, file, { 'content-type': 'application/octet-stream' });
  const answer = (await response.json()) as Designed;
  if (!isEdit(answer.edit)) throw new Error('the server answered no design');
  return answer;
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

function ask(method: string, path: string, body?: Variant, headers: Record<string, string> = {}, signal?: AbortSignal): Promise<Response> {
  return send(method, path, body ? JSON.stringify(body) : null, { ...(body && { 'content-type': 'application/json' }), ...headers }, signal);
}

async function send(method: string, path: string, body: BodyInit | null, headers: Record<string, string>, signal?: AbortSignal): Promise<Response> {
  const response = await fetch(PATH + path, { method, headers: { ...authorization(), ...headers }, body, signal: signal ?? null }).catch((reason: unknown) => {
    if (signal?.aborted) throw reason;
    console.warn(reason);
    throw new Refused(0);
  });
  if (response.ok) return response;
  const { nl, en } = (await response.json().catch(() => ({}))) as { nl?: unknown; en?: unknown };
  throw new Refused(response.status, typeof nl === 'string' && typeof en === 'string' ? { nl, en } : null);
}
