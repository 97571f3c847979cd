import type { Attribute } from '../api/types';
import type { LegendClass } from '../colour/classify';
import { NO_DATA } from '../colour/ramps';
import type { ColourSource, ColourStatus } from '../colour/source';
import { colourable } from '../colour/subjects';
import { formatMeasure, formatNumber, formatSource, formatValue } from '../format/values';
import { groupName, wordFor, type Language } from '../i18n';
import { formatSubject, parseSubject } from '../state/subject';
import { text, type Context } from './context';
import { h } from './dom';

/** The choice of the objects that are coloured and of the attribute that does it, and its legend. */
export function colouring(context: Context, source: ColourSource): HTMLElement {
  const { store, subjects } = context;
  let { collection } = parseSubject(store.get().colourBy);
  let attributes: readonly Attribute[] = [];
  const kindLabel = h('label', { for: 'colour-of', class: 'field-label' });
  const kinds = collectionSelect('colour-of', (chosen) => {
    collection = chosen;
    store.set({ colourBy: null });
    void load();
  });
  const label = h('label', { for: 'colour-by', class: 'field-label' });
  const select = h('select', {
    id: 'colour-by',
    class: 'utrecht-select utrecht-select--html-select',
    change: () => {
      store.set({ colourBy: select.value ? formatSubject({ collection, said: select.value }) : null });
    },
  });
  const legend = h('div', { class: 'legend', 'aria-live': 'polite' });
  let status: ColourStatus = { kind: 'none' };

  const renderLegend = (): void => {
    legend.replaceChildren(...legendOf(context, status));
    context.legends.say('colour', samplesOf(context, status));
  };
  const renderChoice = (): void => {
    const { language, colourBy } = store.get();
    kindLabel.textContent = text(context, 'colour.of');
    renderCollections(context, kinds, collection);
    label.textContent = text(context, 'colour.by');
    select.replaceChildren(h('option', { value: '' }, text(context, 'colour.none')), ...attributeOptions(language, attributes));
    const { said } = parseSubject(colourBy);
    select.value = said;
  };
  const load = async (): Promise<void> => {
    const asked = collection;
    try {
      const found = colourable(await subjects.attributesOf(asked));
      if (asked !== collection) return;
      attributes = found;
    } catch (reason) {
      console.warn(reason);
      attributes = [];
    }
    renderChoice();
  };
  store.on(['language'], () => {
    renderChoice();
    renderLegend();
  });
  store.on(['colourBy'], () => {
    const chosen = parseSubject(store.get().colourBy);
    select.value = chosen.said;
    // Back to map colours leaves the kind of object as it was chosen.
    if (chosen.collection === collection || !chosen.said) return;
    collection = chosen.collection;
    void load();
  });
  source.on((now) => {
    status = now;
    renderLegend();
  });
  renderChoice();
  void load();
  return h('div', { class: 'colouring stack' }, kindLabel, kinds, label, select, legend);
}

/** A choice among the collections that are drawn. */
export function collectionSelect(id: string, choose: (collection: string) => void): HTMLSelectElement {
  const select = h('select', {
    id,
    class: 'utrecht-select utrecht-select--html-select',
    change: () => {
      choose(select.value);
    },
  });
  return select;
}

/** Writes that choice in the language of the moment. */
export function renderCollections({ store, subjects }: Context, select: HTMLSelectElement, chosen: string): void {
  const { language } = store.get();
  select.replaceChildren(...subjects.collections.map((collection) => h('option', { value: collection }, wordFor(language, 'collection', collection))));
  select.value = chosen;
}

/** Attributes to choose from, under the headings of their groups. */
export function attributeOptions(language: Language, attributes: readonly Attribute[]): HTMLElement[] {
  const byGroup = Map.groupBy(attributes, ({ group }) => group);
  return [...byGroup].map(([group, members]) =>
    h(
      'optgroup',
      { label: groupName(language, group) },
      ...members.map((attribute) => h('option', { value: attribute.name }, attribute[language].label)),
    ),
  );
}

/** The same for a picture. */
function samplesOf(context: Context, status: ColourStatus): Parameters<Context['legends']['say']>[1] {
  if (status.kind !== 'ready') return null;
  const { attribute, colouring: { classification: { classes, missing } } } = status;
  const samples = classes.map((entry) => ({ colour: entry.colour, hatched: false, label: meaning(context, entry, attribute) }));
  if (missing > 0) samples.push({ colour: NO_DATA, hatched: true, label: text(context, 'colour.nodata') });
  return { title: attribute[context.store.get().language].label, samples };
}

function legendOf(context: Context, status: ColourStatus): HTMLElement[] {
  if (status.kind === 'none') return [];
  if (status.kind === 'unknown') return [h('p', { class: 'note note--warning' }, text(context, 'colour.unknown', { label: status.said }))];
  const { language } = context.store.get();
  const { attribute, collection } = status;
  const { label, description } = attribute[language];
  if (status.kind === 'loading') return [h('p', { class: 'note' }, text(context, 'colour.loading'))];
  if (status.kind === 'failed') return [h('p', { class: 'note note--warning' }, text(context, 'colour.failed', { label }))];

  const { classes, missing, classOf } = status.colouring.classification;
  const empty = classes.length === 0 ? h('p', { class: 'note' }, text(context, 'colour.empty', { label })) : null;
  const rows = classes.map((entry) => row(context, entry.colour, meaning(context, entry, attribute), entry.count));
  if (missing > 0) rows.push(row(context, NO_DATA, text(context, 'colour.nodata'), missing, 'swatch--nodata'));
  const total = h(
    'tr',
    { class: 'legend__total' },
    h('th', { scope: 'row' }, text(context, 'colour.total')),
    h('td', { 'data-count': classOf.length }, formatNumber(language, classOf.length)),
  );
  const head = h(
    'tr',
    { class: 'hidden-text' },
    h('th', { scope: 'col' }, text(context, 'colour.class')),
    h('th', { scope: 'col' }, text(context, 'colour.number')),
  );
  const table = h(
    'table',
    { class: 'legend__table', 'data-collection': collection, 'data-attribute': attribute.name },
    h('caption', { class: 'hidden-text' }, text(context, 'colour.legend', { label })),
    h('thead', {}, head),
    h('tbody', {}, ...rows),
    h('tfoot', {}, total),
  );
  const origin = h('p', { class: 'origin' }, formatSource(language, attribute, context.twin));
  return [h('p', { class: 'note' }, description), ...(empty ? [empty] : []), table, origin];
}

function row(context: Context, colour: string, label: string, count: number, extra = ''): HTMLElement {
  const swatch = h('span', { class: `swatch ${extra}`, 'aria-hidden': 'true' });
  swatch.style.backgroundColor = colour;
  return h(
    'tr',
    {},
    h('th', { scope: 'row' }, swatch, label),
    h('td', { 'data-count': count }, formatNumber(context.store.get().language, count)),
  );
}

function meaning(context: Context, { meaning: what }: LegendClass, attribute: Attribute): string {
  const { language } = context.store.get();
  const measure = (value: number): string => formatMeasure(language, value, attribute);
  switch (what.kind) {
    case 'number':
      return measure(what.value);
    case 'text':
      return formatValue(language, what.value, attribute);
    case 'boolean':
      return text(context, what.value ? 'colour.true' : 'colour.false');
    case 'other':
      return text(context, 'colour.other', { count: what.values });
    case 'range':
      if (what.from === null) return text(context, 'colour.below', { to: measure(what.to ?? 0) });
      if (what.to === null) return text(context, 'colour.above', { from: measure(what.from) });
      return text(context, 'colour.range', { from: bare(language, what.from, attribute), to: measure(what.to) });
  }
}

// "20 tot 35 m": the unit once, at the end.
function bare(language: Language, value: number, attribute: Attribute): string {
  return formatMeasure(language, value, { ...attribute, unit: null });
}
