import type { Attribute } from '../api/types';

/** What an attribute must be; an object has to meet all conditions. One that says nothing yet leaves none out. */
export type Condition =
  | { readonly kind: 'range'; readonly attribute: string; readonly from: number | null; readonly to: number | null }
  | { readonly kind: 'among'; readonly attribute: string; readonly values: readonly string[] }
  | { readonly kind: 'like'; readonly attribute: string; readonly text: string }
  | { readonly kind: 'missing'; readonly attribute: string };

type Attributes = ReadonlyMap<string, Pick<Attribute, 'type'>>;

/** The form in a link: `hoogte:12..20;energielabel=F|G;naam~kerk;bouwjaar!`. */
export function formatConditions(conditions: readonly Condition[]): string | null {
  return conditions.map(formatCondition).join(';') || null;
}

function formatCondition(condition: Condition): string {
  const { attribute } = condition;
  switch (condition.kind) {
    case 'range':
      return `${attribute}:${condition.from ?? ''}..${condition.to ?? ''}`;
    case 'among':
      return `${attribute}=${condition.values.map(encodeURIComponent).join('|')}`;
    case 'like':
      return `${attribute}~${encodeURIComponent(condition.text)}`;
    case 'missing':
      return `${attribute}!`;
  }
}

/** Reads what `formatConditions` wrote; throws on anything else, and on attributes that this twin does not have. */
export function parseConditions(text: string | null, attributes: Attributes): Condition[] {
  return (text ?? '').split(';').filter(Boolean).map((part) => parseCondition(part, attributes));
}

function parseCondition(part: string, attributes: Attributes): Condition {
  const [, attribute = '', sign, rest = ''] = /^(\w+)([:=~!])(.*)$/.exec(part) ?? [];
  if (!attributes.has(attribute)) throw new Error(`no condition on an attribute of this twin: ${part}`);
  if (sign === '!') return { kind: 'missing', attribute };
  if (sign === '~') return { kind: 'like', attribute, text: decodeURIComponent(rest) };
  if (sign === '=') return { kind: 'among', attribute, values: rest.split('|').filter(Boolean).map(decodeURIComponent) };
  const [from, to] = rest.split('..').map((limit) => (limit.trim() === '' ? null : Number(limit)));
  if (from === undefined || to === undefined || Number.isNaN(from) || Number.isNaN(to)) throw new Error(`no range: ${part}`);
  return { kind: 'range', attribute, from, to };
}

/** The conditions in CQL2 text, as the API takes it; null when they leave nothing out. */
export function cqlOf(conditions: readonly Condition[], attributes: Attributes): string | null {
  return conditions.flatMap((condition) => cqlOfOne(condition, attributes.get(condition.attribute)?.type)).join(' AND ') || null;
}

function cqlOfOne(condition: Condition, type: Attribute['type'] | undefined): string[] {
  const { attribute } = condition;
  switch (condition.kind) {
    case 'missing':
      return [`${attribute} IS NULL`];
    case 'like':
      // Signs that LIKE gives a meaning of its own stand for any one character: never fewer objects than meant.
      return condition.text ? [`CASEI(${attribute}) LIKE CASEI(${quoted(`%${condition.text.replace(/[%\\]/g, '_')}%`)})`] : [];
    case 'range':
      return [
        ...(condition.from === null ? [] : [`${attribute} >= ${condition.from}`]),
        ...(condition.to === null ? [] : [`${attribute} <= ${condition.to}`]),
      ];
    case 'among': {
      if (condition.values.length === 0) return [];
      if (type === 'boolean') return [`(${condition.values.map((value) => `${attribute} = ${value === 'true'}`).join(' OR ')})`];
      const values = `(${condition.values.map(quoted).join(', ')})`;
      return [type === 'list' ? `A_OVERLAPS(${attribute}, ${values})` : `${attribute} IN ${values}`];
    }
  }
}

function quoted(text: string): string {
  return `'${text.replaceAll("'", "''")}'`;
}
