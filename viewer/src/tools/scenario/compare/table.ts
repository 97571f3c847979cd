import { formatNumber } from '../../../format/values';
import type { Language } from '../../../i18n';
import { h } from '../../../ui/dom';
import { nameOf } from '../indicators';
import type { Indicator } from '../service';

/** One indicator of the city of today, of another variant and of the one at hand. */
export interface Compared {
  readonly indicator: Indicator;
  readonly today: number | null;
  readonly there: number | null;
  readonly here: number | null;
  /** Of the rounded figures, so that a row adds up; null where either is not known. */
  readonly difference: number | null;
}

/** Rows of what both were judged on, in the order of the one at hand; against today when there is no other. */
export function compared(here: readonly Indicator[], there: readonly Indicator[] | null): Compared[] {
  return here.map((indicator) => {
    const other = there?.find(({ id }) => id === indicator.id);
    const value = there ? (other?.after ?? null) : indicator.before;
    const round = (number: number): number => Number(number.toFixed(indicator.decimals));
    const difference = value === null || indicator.after === null ? null : round(round(indicator.after) - round(value));
    return { indicator, today: indicator.before, there: value, here: indicator.after, difference };
  });
}

export interface Columns {
  readonly caption: string;
  readonly indicator: string;
  readonly today: string | null;
  readonly there: string;
  readonly here: string;
  readonly difference: string;
  readonly unknown: string;
}

export function comparisonTable(language: Language, rows: readonly Compared[], columns: Columns): HTMLTableElement {
  const heads = [columns.indicator, columns.today, columns.there, columns.here, columns.difference].filter((text) => text !== null);
  const cell = (value: number | null, decimals: number, signed = false): HTMLElement =>
    h('td', { class: 'table__number' }, value === null ? columns.unknown : `${signed && value > 0 ? '+' : ''}${formatNumber(language, value, decimals)}`);
  return h(
    'table',
    {},
    h('caption', { class: 'origin' }, columns.caption),
    h('thead', {}, h('tr', {}, ...heads.map((text, at) => h('th', { scope: 'col', class: at === 0 ? undefined : 'table__number' }, text)))),
    h(
      'tbody',
      {},
      ...rows.map(({ indicator, today, there, here, difference }) => {
        const { decimals } = indicator;
        return h(
          'tr',
          { 'data-compared': indicator.id, 'data-there': there ?? undefined, 'data-here': here ?? undefined },
          h('th', { scope: 'row' }, nameOf(indicator, language)),
          columns.today === null ? null : cell(today, decimals),
          cell(there, decimals),
          cell(here, decimals),
          cell(difference, decimals, true),
        );
      }),
    ),
  );
}
