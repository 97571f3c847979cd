import { formatNumber } from '../../format/values';
import type { Language } from '../../i18n';
import { h } from '../../ui/dom';
import type { Indicator } from './service';

const UNITS: Readonly<Record<string, Readonly<Record<Language, string>>>> = {
  m2: { nl: 'm²', en: 'm²' },
  m3: { nl: 'm³', en: 'm³' },
  h: { nl: 'uur', en: 'hours' },
  EUR: { nl: 'euro', en: 'euro' },
};

export interface Headings {
  readonly caption: string;
  readonly indicator: string;
  readonly before: string;
  readonly after: string;
  readonly difference: string;
  readonly unknown: string;
}

/** The name of an indicator with its unit. */
export function nameOf(indicator: Indicator, language: Language): string {
  const unit = UNITS[indicator.unit]?.[language] ?? indicator.unit;
  const { label } = indicator[language];
  return unit ? `${label} (${unit})` : label;
}

/** Before, after and difference of each indicator, with what it is under its name. */
export function indicatorTable(language: Language, indicators: readonly Indicator[], headings: Headings): HTMLTableElement {
  const cell = (value: number | null, { decimals }: Indicator, signed = false): HTMLElement => {
    const sign = signed && value !== null && value > 0 ? '+' : '';
    return h('td', { class: 'table__number' }, value === null ? headings.unknown : sign + formatNumber(language, value, decimals));
  };
  const rows = indicators.map((indicator) => {
    const { definition } = indicator[language];
    const why = indicator.reason?.[language];
    const name = h('details', {}, h('summary', {}, nameOf(indicator, language)), h('p', { class: 'origin' }, definition), why ? h('p', { class: 'origin' }, why) : null);
    return h(
      'tr',
      { 'data-indicator': indicator.id, 'data-before': indicator.before ?? undefined, 'data-after': indicator.after ?? undefined },
      h('th', { scope: 'row' }, name),
      cell(indicator.before, indicator),
      cell(indicator.after, indicator),
      cell(indicator.difference, indicator, true),
    );
  });
  const head = [headings.indicator, headings.before, headings.after, headings.difference].map((text, at) =>
    h('th', { scope: 'col', class: at === 0 ? undefined : 'table__number' }, text),
  );
  return h('table', {}, h('caption', { class: 'origin' }, headings.caption), h('thead', {}, h('tr', {}, ...head)), h('tbody', {}, ...rows));
}
