/** The answers of the twin's API that the viewer reads; `docs/developers/architecture.md` is the contract. */

export interface Bilingual {
  readonly nl: string;
  readonly en: string;
}

export interface Source {
  readonly kind: string;
  readonly title: string;
  readonly date: string | null;
  readonly licence: string | null;
  readonly attribution: string | null;
  readonly classification?: string | null;
}

export interface Provider {
  readonly title: string;
  readonly issuer: string;
  readonly client: string;
  readonly scopes: string;
}

/** Who the server takes the visitor for, and how staff log in. */
export interface Access {
  readonly clearance: 'openbaar' | 'intern' | 'vertrouwelijk';
  readonly planner: boolean;
  /** May keep variants on this server, and see which it has. */
  readonly saves: boolean;
  readonly subject: string | null;
  /** Whether staff are let in at all. */
  readonly keys: boolean;
  readonly providers: readonly Provider[];
}

export interface Theme {
  readonly id: string;
  readonly title: Bilingual;
  /** URL path of the theme's tileset. */
  readonly tileset: string;
  readonly collections: readonly string[];
  readonly count: number;
}

/** The looks of a municipality, checked for contrast when the twin was built. */
export interface Looks {
  readonly organisation: string | null;
  readonly accent: string;
  readonly on_accent: string;
  readonly header: string;
  readonly on_header: string;
  /** NL Design System tokens by name, without the dashes in front. */
  readonly tokens: Readonly<Record<string, string>>;
  /** URL path of the logo. */
  readonly logo: string | null;
}

export interface Twin {
  readonly name: string;
  /** RD: x min, y min, x max, y max. */
  readonly bbox: readonly [number, number, number, number];
  /** Longitude and latitude of the middle. */
  readonly center: readonly [number, number];
  readonly built: string;
  readonly sources: readonly Source[];
  readonly themes: readonly Theme[];
  readonly counts: Readonly<Record<string, number>>;
  /** Null for the viewer's own looks. */
  readonly theme: Looks | null;
}

export interface Attribute {
  readonly name: string;
  readonly type: 'integer' | 'number' | 'string' | 'boolean' | 'date' | 'datetime' | 'list';
  readonly unit: string | null;
  /** Decimals to show. */
  readonly decimals: number | null;
  readonly nl: { readonly label: string; readonly description: string };
  readonly en: { readonly label: string; readonly description: string };
  /** Kind of one of the twin's sources, or `reconstructie` for what the build derived. */
  readonly source: string;
  readonly applies_to: readonly string[];
  readonly group: string;
}

export type Value = string | number | boolean | null | readonly Value[] | { readonly [key: string]: Value };

export interface Feature {
  readonly id: string;
  readonly properties: Readonly<Record<string, Value>>;
}

/** A page of objects, and how many there are in all. */
export interface Page {
  readonly features: readonly (Feature & { readonly geometry: Outline | null })[];
  readonly numberMatched: number;
}

export type Outline =
  | { readonly type: 'Polygon'; readonly coordinates: readonly (readonly (readonly number[])[])[] }
  | { readonly type: 'MultiPolygon'; readonly coordinates: readonly (readonly (readonly (readonly number[])[])[])[] };

/** Values that occur, the most frequent first. */
export interface ValueCounts {
  readonly distinct: number;
  readonly values: readonly { readonly value: Value; readonly count: number }[];
}

/** Of a number; null where no object has it. */
export interface Range {
  readonly min: number | null;
  readonly max: number | null;
  /** Objects without it. */
  readonly missing: number;
}

export interface Columns {
  readonly identificatie: readonly string[];
  readonly [property: string]: readonly Value[];
}

export interface SearchResult {
  readonly kind: string;
  /** Null where a place is no object, such as a street. */
  readonly id: string | null;
  readonly collection: string | null;
  readonly label: string;
  readonly rd: readonly [number, number];
  readonly z: number | null;
}
