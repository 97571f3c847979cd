import type { Attribute, Twin, Value } from '../api/types';
import { translate, wordFor, type Language } from '../i18n';

type Measured = Pick<Attribute, 'name' | 'unit' | 'decimals'>;

const LOCALES: Record<Language, string> = { nl: 'nl-NL', en: 'en-GB' };
const MOST_DECIMALS = 2;

export function formatNumber(language: Language, value: number, decimals = MOST_DECIMALS): string {
  return value.toLocaleString(LOCALES[language], { maximumFractionDigits: decimals });
}

/** A count or measure of an attribute with its unit; years go without a thousands separator. */
export function formatMeasure(language: Language, value: number, attribute: Measured): string {
  if (isYear(attribute)) return String(Math.round(value));
  const number = formatNumber(language, value, attribute.decimals ?? MOST_DECIMALS);
  const unit = attribute.unit ?? '';
  if (unit === '') return number;
  if (unit === 'EUR') return `€ ${number}`;
  if (unit === '%') return `${number}%`;
  return `${number} ${formatUnit(unit)}`;
}

/** A value of an object in words; what is missing is said, never left blank. */
export function formatValue(language: Language, value: Value | undefined, attribute: Attribute): string {
  if (value === null || value === undefined || value === '') return translate(language, 'object.unknown');
  if (typeof value === 'number') return formatMeasure(language, value, attribute);
  if (typeof value === 'boolean') return translate(language, value ? 'object.yes' : 'object.no');
  if (typeof value === 'string') return formatDate(language, value) ?? wordFor(language, attribute.name, value);
  if (isList(value)) return value.map((item) => formatValue(language, item, attribute)).join(', ');
  return Object.values(value)
    .map((item) => formatValue(language, item, attribute))
    .join(', ');
}

/** An ISO date or timestamp as people write it, or null when `text` is no date. */
export function formatDate(language: Language, text: string, month: 'long' | 'short' = 'long'): string | null {
  const match = /^(\d{4})-(\d{2})-(\d{2})(?:[T ].*)?$/.exec(text);
  if (!match) return null;
  const date = new Date(Date.UTC(Number(match[1]), Number(match[2]) - 1, Number(match[3])));
  if (Number.isNaN(date.getTime())) return null;
  return date.toLocaleDateString(LOCALES[language], { day: 'numeric', month, year: 'numeric', timeZone: 'UTC' });
}

/** Where an attribute's value comes from and of when it is; what the build derived says so with the day of the build. */
export function formatSource(language: Language, attribute: Pick<Attribute, 'source'>, twin: Pick<Twin, 'sources' | 'built'>): string {
  const derived = attribute.source === 'reconstructie';
  const source = twin.sources.find(({ kind }) => kind.toLowerCase() === attribute.source.toLowerCase());
  const name = derived ? translate(language, 'object.source.derived') : (source?.title ?? attribute.source.toUpperCase());
  const day = derived ? twin.built : source?.date;
  if (!day) return translate(language, 'object.source.undated', { source: name });
  return translate(language, 'object.source', { source: name, date: formatDate(language, day) ?? day });
}

/** A round length of at most `limit` metres: 1, 2 or 5 times a power of ten. */
export function roundLength(limit: number): number {
  const power = 10 ** Math.floor(Math.log10(limit));
  const step = [5, 2, 1].find((factor) => factor * power <= limit) ?? 1;
  return step * power;
}

export function formatLength(language: Language, metres: number): string {
  return metres >= 1000 ? `${formatNumber(language, metres / 1000)} km` : `${formatNumber(language, metres)} m`;
}

function isYear({ name }: Measured): boolean {
  return /(^|_)(bouw)?jaar$/.test(name);
}

// The catalogue writes units as UCUM does: m2, 1/km2.
function formatUnit(unit: string): string {
  return unit.replace(/^1\//, 'per ').replace(/2$/, '²').replace(/3$/, '³');
}

function isList(value: Value): value is readonly Value[] {
  return Array.isArray(value);
}
