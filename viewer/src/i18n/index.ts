import { en } from './en';
import { nl } from './nl';

export type Language = 'nl' | 'en';
export type Key = keyof typeof nl;

export const LANGUAGES: readonly Language[] = ['nl', 'en'];

const DICTIONARIES: Record<Language, Record<Key, string>> = { nl, en };

export function isLanguage(text: string | null): text is Language {
  return text === 'nl' || text === 'en';
}

/** The language of the page for a visitor whose browser prefers `preferred`: Dutch unless English comes first. */
export function initialLanguage(preferred: readonly string[]): Language {
  const known = preferred.map((tag) => tag.slice(0, 2).toLowerCase()).find(isLanguage);
  return known ?? 'nl';
}

/** The text of `key`, with `{name}` replaced by `values.name`. */
export function translate(language: Language, key: Key, values: Readonly<Record<string, string | number>> = {}): string {
  return DICTIONARIES[language][key].replace(/\{(\w+)\}/g, (hole, name: string) => String(values[name] ?? hole));
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
