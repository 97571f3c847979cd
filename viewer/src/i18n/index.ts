import { colour } from './colour';
import { errors } from './errors';
import { layers } from './layers';
import { object } from './object';
import { page } from './page';
import { search } from './search';
import { toolbox } from './toolbox';
import { values } from './values';
import { view } from './view';

export type Language = 'nl' | 'en';

/** A topic's words in both languages. Those of a tool lie beside it and are fetched with it. */
export type Words<K extends string = string> = Record<Language, Readonly<Record<K, string>>>;

/** What a topic's English must hold: a text for every key of its Dutch. */
export type English<Dutch> = Readonly<Record<keyof Dutch, string>>;

export type Holes = Readonly<Record<string, string | number>>;

export const LANGUAGES: readonly Language[] = ['nl', 'en'];

const DICTIONARIES = {
  nl: { ...page.nl, ...search.nl, ...layers.nl, ...colour.nl, ...object.nl, ...view.nl, ...toolbox.nl, ...errors.nl, ...values.nl },
  en: { ...page.en, ...search.en, ...layers.en, ...colour.en, ...object.en, ...view.en, ...toolbox.en, ...errors.en, ...values.en },
};

export type Key = keyof typeof DICTIONARIES.nl;

export function isLanguage(text: string | null): text is Language {
  return text === 'nl' || text === 'en';
}

/** The language of the page for a visitor whose browser prefers `preferred`: Dutch unless English comes first. */
export function initialLanguage(preferred: readonly string[]): Language {
  const known = preferred.map((tag) => tag.slice(0, 2).toLowerCase()).find(isLanguage);
  return known ?? 'nl';
}

/** The text of `key` of the page itself, with `{name}` replaced by `values.name`. */
export function translate(language: Language, key: Key, values?: Holes): string {
  return fill(DICTIONARIES[language][key], values);
}

/** `text` with each `{name}` replaced by `values.name`. */
export function fill(text: string, values: Holes = {}): string {
  return text.replace(/\{(\w+)\}/g, (hole, name: string) => String(values[name] ?? hole));
}

/** The heading of a group of the catalogue, or the group's own name when the dictionary lacks it. */
export function groupName(language: Language, group: string): string {
  const dictionary: Readonly<Record<string, string>> = DICTIONARIES[language];
  return dictionary[`group.${group}`] ?? group;
}

/** The text of a code such as a quality reason, or the code itself in plain words when the dictionary lacks it. */
export function wordFor(language: Language, property: string, code: string): string {
  const dictionary: Readonly<Record<string, string>> = DICTIONARIES[language];
  return dictionary[`value.${property}.${code}`] ?? code.replaceAll('_', ' ');
}
