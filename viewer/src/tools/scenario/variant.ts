export const KIND = 'gemeentetwin-variant';
export const VERSION = 1;

export const ROOFS = ['flat', 'gable', 'hip'] as const;
export type RoofForm = (typeof ROOFS)[number];

/** Uses by the BAG that a new building can have. */
export const USES = [
  'woonfunctie',
  'kantoorfunctie',
  'winkelfunctie',
  'onderwijsfunctie',
  'bijeenkomstfunctie',
  'gezondheidszorgfunctie',
  'sportfunctie',
  'logiesfunctie',
  'industriefunctie',
  'celfunctie',
  'overige gebruiksfunctie',
] as const;
export type Use = (typeof USES)[number];

/** A place in RD [m]. */
export type Place = readonly [number, number];

interface Part {
  readonly id: string;
  readonly label?: string;
}
export interface Demolish extends Part {
  readonly kind: 'demolish';
  readonly pand: string;
}
export interface Raise extends Part {
  readonly kind: 'raise';
  readonly pand: string;
  readonly floors: number;
  /** Metres that the roofs go up. */
  readonly height: number;
}
export interface Add extends Part {
  readonly kind: 'add';
  readonly rings: readonly (readonly Place[])[];
  /** Of the eaves, above the ground [m]. */
  readonly height: number;
  readonly floors: number;
  readonly roof: { readonly form: RoofForm; readonly slope?: number };
  readonly gebruiksdoel: Use;
}
/** Made elsewhere and kept as it is. */
export interface Other extends Part {
  readonly kind: 'move' | 'import' | 'change';
  readonly pand?: string;
}
export type Edit = Demolish | Raise | Add | Other;

/** A plan as it stands in its file; what this page does not edit, it passes on. */
export interface Variant {
  readonly type: typeof KIND;
  readonly version: typeof VERSION;
  readonly id?: string | null;
  readonly title: string;
  readonly edits: readonly Edit[];
  readonly [other: string]: unknown;
}

export class NoVariant extends Error {
  constructor(readonly why: 'json' | 'type' | 'version' | 'edits') {
    super(why);
  }
}

const KINDS: ReadonlySet<unknown> = new Set(['demolish', 'raise', 'add', 'move', 'import', 'change']);

export function blank(title: string, twin: { readonly name: string; readonly built: string }): Variant {
  return { type: KIND, version: VERSION, title, twin, edits: [] };
}

/** Reads a file. Whether each edit is sound is for the server to judge; here, whether it is a variant at all. */
export function parseVariant(text: string): Variant {
  let content: unknown;
  try {
    content = JSON.parse(text);
  } catch {
    throw new NoVariant('json');
  }
  return asVariant(content);
}

export function asVariant(content: unknown): Variant {
  if (!isRecord(content) || content['type'] !== KIND) throw new NoVariant('type');
  if (content['version'] !== VERSION) throw new NoVariant('version');
  const { edits, title } = content;
  if (!Array.isArray(edits) || typeof title !== 'string' || !edits.every(isEdit)) throw new NoVariant('edits');
  return content as unknown as Variant;
}

function isEdit(edit: unknown): boolean {
  if (!isRecord(edit) || typeof edit['id'] !== 'string' || !KINDS.has(edit['kind'])) return false;
  if (edit['kind'] === 'demolish' || edit['kind'] === 'raise') return typeof edit['pand'] === 'string';
  return edit['kind'] !== 'add' || Array.isArray(edit['rings']);
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

export function withEdit(variant: Variant, edit: Edit): Variant {
  return { ...variant, edits: [...variant.edits, edit] };
}

export function withoutEdit(variant: Variant, id: string): Variant {
  return { ...variant, edits: variant.edits.filter((edit) => edit.id !== id) };
}

/** An id that no edit of the variant has. */
export function freshId({ edits }: Pick<Variant, 'edits'>): string {
  const taken = new Set(edits.map(({ id }) => id));
  let count = edits.length + 1;
  while (taken.has(`w${count}`)) count++;
  return `w${count}`;
}

/** Panden that are drawn in another shape or not at all. `left` are edits that the server left out. */
export function replaced({ edits }: Pick<Variant, 'edits'>, left: ReadonlySet<string>): Set<string> {
  const gone = edits.filter((edit) => (edit.kind === 'demolish' || edit.kind === 'raise' || edit.kind === 'move') && !left.has(edit.id));
  return new Set(gone.flatMap((edit) => ('pand' in edit ? (edit.pand ?? []) : [])));
}

/** Whether there is something of it to draw. */
export function isBuilt({ edits }: Pick<Variant, 'edits'>): boolean {
  return edits.some(({ kind }) => kind !== 'demolish' && kind !== 'change');
}

/** Corners of a rectangle around a place; `rotation` in degrees, clockwise from north as on a compass. */
export function rectangle([x, y]: Place, width: number, depth: number, rotation: number): Place[] {
  const angle = (-rotation * Math.PI) / 180;
  const [cos, sin] = [Math.cos(angle), Math.sin(angle)];
  return (
    [
      [-1, -1],
      [1, -1],
      [1, 1],
      [-1, 1],
    ] as const
  ).map(([across, along]) => {
    const [dx, dy] = [(across * width) / 2, (along * depth) / 2];
    return [millimetres(x + dx * cos - dy * sin), millimetres(y + dx * sin + dy * cos)];
  });
}

function millimetres(value: number): number {
  return Number(value.toFixed(3));
}
