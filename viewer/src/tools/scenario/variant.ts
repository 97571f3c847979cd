import { centroid, degrees, millimetres, shifted, type Place, type Ring } from './outline';

export const KIND = 'gemeentetwin-variant';
export const VERSION = 1;
export const MOST_VIEWS = 60;

export const ROOFS = ['flat', 'gable', 'hip'] as const;
export type RoofForm = (typeof ROOFS)[number];

/** Uses by the BAG that a building can have. */
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

// A file says null where it leaves something open.
type Open<T> = T | null | undefined;

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
  readonly dwellings?: Open<number>;
}
export interface Add extends Part {
  readonly kind: 'add';
  readonly rings: readonly Ring[];
  /** Of the eaves, above the ground [m]. */
  readonly height: number;
  readonly floors: number;
  readonly roof: { readonly form: RoofForm; readonly slope?: Open<number>; readonly ridge?: Open<number> };
  /** Degrees counter-clockwise around the middle, as in every edit. */
  readonly rotation?: number;
  readonly gebruiksdoel: Use;
  readonly dwellings?: Open<number>;
}
export interface Move extends Part {
  readonly kind: 'move';
  readonly pand: string;
  readonly dx: number;
  readonly dy: number;
  readonly rotation: number;
}
export interface Import extends Part {
  readonly kind: 'import';
  readonly position: Place;
  readonly rotation: number;
  readonly scale: number;
  readonly mesh: { readonly vertices: readonly (readonly number[])[]; readonly triangles: readonly (readonly number[])[] };
  readonly floors?: Open<number>;
  readonly gebruiksdoel?: Use;
  readonly dwellings?: Open<number>;
}
/** Attributes by their names in the catalogue. */
export interface Attributes {
  readonly gebruiksdoel?: Open<Use>;
  readonly oppervlakte_verblijfsobjecten?: Open<number>;
  readonly aantal_woningen?: Open<number>;
}
export interface Change extends Part {
  readonly kind: 'change';
  readonly pand: string;
  readonly set: Attributes;
}
export type Edit = Demolish | Raise | Add | Move | Import | Change;
/** What can be dragged and turned. */
export type Placed = Add | Move | Import;

/** A place to stand in a presentation; `link` is the fragment of a viewer's address. */
export interface View {
  readonly title: string;
  readonly text: string;
  readonly link: string;
}

/** A plan as it stands in its file; what this page does not edit, it passes on. */
export interface Variant {
  readonly type: typeof KIND;
  readonly version: typeof VERSION;
  readonly id?: string | null;
  readonly title: string;
  readonly edits: readonly Edit[];
  /** Ground that the figures count over. */
  readonly area?: Open<Ring>;
  readonly views?: readonly View[];
  readonly [other: string]: unknown;
}

export class NoVariant extends Error {
  constructor(readonly why: 'json' | 'type' | 'version' | 'edits') {
    super(why);
  }
}

// What this page itself reads of each kind, so that a file of another hand can't break it.
const NEEDED: Readonly<Record<Edit['kind'], readonly string[]>> = {
  demolish: ['pand'],
  raise: ['pand'],
  add: ['rings', 'roof'],
  move: ['pand'],
  import: ['position', 'mesh'],
  change: ['pand', 'set'],
};

export function blank(title: string, twin: { readonly name: string; readonly built: string }): Variant {
  return { type: KIND, version: VERSION, title, twin, edits: [] };
}

/** Whether there is anything in it worth keeping. */
export function isEmpty({ edits, area, views }: Variant): boolean {
  return edits.length === 0 && !area && (views ?? []).length === 0;
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
  const { edits, title, area, views } = content;
  const sound = Array.isArray(edits) && typeof title === 'string' && edits.every(isEdit) && isRing(area ?? []) && isViews(views ?? []);
  if (!sound) throw new NoVariant('edits');
  return content as unknown as Variant;
}

export function isEdit(edit: unknown): edit is Edit {
  if (!isRecord(edit) || typeof edit['id'] !== 'string' || typeof edit['kind'] !== 'string' || !Object.hasOwn(NEEDED, edit['kind'])) return false;
  return NEEDED[edit['kind'] as Edit['kind']].every((name) => (name === 'pand' ? typeof edit[name] === 'string' : SHAPES[name]?.(edit[name])));
}

const SHAPES: Readonly<Record<string, (value: unknown) => boolean>> = {
  rings: (value) => Array.isArray(value) && value.length > 0 && value.every(isRing),
  roof: isRecord,
  set: isRecord,
  position: isPlace,
  mesh: (value) => isRecord(value) && Array.isArray(value['vertices']) && Array.isArray(value['triangles']),
};

function isViews(views: unknown): boolean {
  return Array.isArray(views) && views.every((view) => isRecord(view) && ['title', 'text', 'link'].every((name) => typeof (view[name] ?? '') === 'string'));
}

function isRing(ring: unknown): boolean {
  return Array.isArray(ring) && ring.every(isPlace);
}

function isPlace(place: unknown): boolean {
  return Array.isArray(place) && place.length === 2 && place.every(Number.isFinite);
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

/** The edit in the place of the one of its id. */
export function withChanged(variant: Variant, edit: Edit): Variant {
  return { ...variant, edits: variant.edits.map((one) => (one.id === edit.id ? edit : one)) };
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
  return new Set(gone.flatMap((edit) => ('pand' in edit ? edit.pand : [])));
}

/** Whether there is something of it to draw: buildings, or the bare ground where they stood. */
export function isBuilt({ edits }: Pick<Variant, 'edits'>): boolean {
  return edits.some(({ kind }) => kind !== 'change');
}

export function isPlaced(edit: Edit): edit is Placed {
  return edit.kind === 'add' || edit.kind === 'move' || edit.kind === 'import';
}

/** The edit shifted [m, RD] and turned [degrees clockwise] from where it is. */
export function carried<T extends Placed>(edit: T, dx: number, dy: number, turn: number): T {
  const rotation = degrees((edit.rotation ?? 0) - turn);
  if (edit.kind === 'add') return { ...edit, rings: shifted(edit.rings, dx, dy), rotation };
  if (edit.kind === 'move') return { ...edit, dx: millimetres(edit.dx + dx), dy: millimetres(edit.dy + dy), rotation };
  return { ...edit, position: [millimetres(edit.position[0] + dx), millimetres(edit.position[1] + dy)], rotation };
}

/** Degrees clockwise, as people say it. */
export function turnOf({ rotation }: Pick<Placed, 'rotation'>): number {
  return degrees(-(rotation ?? 0));
}

/** The place around which a drawn mass or a design turns. */
export function middleOf(edit: Add | Import): Place {
  return edit.kind === 'add' ? centroid(edit.rings) : edit.position;
}

/** `one` or `many`: which words go with a number. */
export function plural(count: number): 'one' | 'many' {
  return count === 1 ? 'one' : 'many';
}
