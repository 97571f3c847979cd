import { ApiError } from '../api/client';
import type { Attribute, Feature, Value } from '../api/types';
import { formatSource, formatValue } from '../format/values';
import { groupName, wordFor, type Key } from '../i18n';
import { sameObject, type ObjectRef } from '../state/store';
import { text, type Context } from './context';
import { button, h, icon, ICONS, part } from './dom';

// Long groups that few visitors read start closed.
const CLOSED = new Set(['buurt', 'kwaliteit', 'topografie']);
const LIST_SHOWN = 6;

type Content = { readonly kind: 'feature'; readonly feature: Feature } | { readonly kind: 'note'; readonly key: Key };

/** What is known of the selected object, in the groups and words of the catalogue. */
export function objectPanel(context: Context): void {
  const { store, api } = context;
  const panel = part('object');
  let content: Content = { kind: 'note', key: 'object.loading' };
  let pending: AbortController | null = null;
  let explained = false;
  const closed = new Set(CLOSED);

  const deselect = (): void => {
    store.set({ selection: null });
  };
  const render = (): void => {
    const { selection } = store.get();
    panel.hidden = selection === null;
    document.body.classList.toggle('has-object', selection !== null);
    panel.setAttribute('aria-label', text(context, 'object.label'));
    if (!selection) return;
    const head = h(
      'div',
      { class: 'object__head' },
      h('div', {}, h('p', { class: 'kicker' }, wordFor(store.get().language, 'collection', selection.collection)), h('h2', {}, titleOf(context, selection, content))),
      button({ label: text(context, 'object.close'), icon: icon(ICONS.close), press: deselect }),
    );
    panel.replaceChildren(head, bodyOf());
  };
  const bodyOf = (): HTMLElement => {
    if (content.kind === 'note') {
      return h('div', { class: 'object__body', 'aria-live': 'polite' }, h('p', { class: 'note' }, text(context, content.key)));
    }
    const explain = button({
      label: text(context, 'object.explain'),
      text: text(context, 'object.explain'),
      icon: icon(ICONS.info),
      class: 'utrecht-button--subtle explain',
      pressed: explained,
      press: () => {
        explained = !explained;
        render();
        panel.querySelector<HTMLElement>('.explain')?.focus();
      },
    });
    const groups = groupsOf(context, content.feature, explained, closed);
    // A scrolling region is reachable by keyboard only when it takes the focus itself.
    return h('div', { class: 'object__body', tabindex: 0, role: 'group', 'aria-label': text(context, 'object.label') }, ...groups, explain);
  };
  const follow = async (): Promise<void> => {
    pending?.abort();
    const { selection } = store.get();
    content = { kind: 'note', key: 'object.loading' };
    render();
    if (!selection) return;
    const request = (pending = new AbortController());
    try {
      content = { kind: 'feature', feature: await api.item(selection.collection, selection.id, request.signal) };
    } catch (reason) {
      if (request.signal.aborted) return;
      const missing = reason instanceof ApiError && reason.failure === 'not-found';
      content = { kind: 'note', key: missing ? 'object.missing' : 'object.failed' };
    }
    if (sameObject(store.get().selection, selection)) render();
  };

  panel.addEventListener('keydown', (event) => {
    if (event.key !== 'Escape') return;
    deselect();
    part('view').querySelector('canvas')?.focus();
  });
  store.on(['selection'], () => void follow());
  store.on(['language'], render);
  void follow();
}

function titleOf({ store }: Context, selection: ObjectRef, content: Content): string {
  if (content.kind === 'note') return selection.id;
  const { adressen, bgt_functie: functie } = content.feature.properties;
  if (Array.isArray(adressen) && typeof adressen[0] === 'string') return adressen[0];
  if (typeof functie === 'string') return wordFor(store.get().language, 'bgt_functie', functie);
  return selection.id;
}

function groupsOf(context: Context, feature: Feature, explained: boolean, closed: Set<string>): HTMLElement[] {
  const { language, selection } = context.store.get();
  const known = context.catalogue.filter(({ applies_to }) => applies_to.includes(selection?.collection ?? ''));
  return [...Map.groupBy(known, ({ group }) => group)].map(([group, attributes]) => {
    const details = h(
      'details',
      {
        class: 'group',
        toggle: () => {
          if (details.open) closed.delete(group);
          else closed.add(group);
        },
      },
      h('summary', {}, groupName(language, group)),
      ...bySource(attributes).map((run) => factsOf(context, feature, run, explained)),
    );
    details.open = !closed.has(group);
    return details;
  });
}

// Neighbours of one source share the line that says it, which keeps the panel calm.
function bySource(attributes: readonly Attribute[]): Attribute[][] {
  const runs: Attribute[][] = [];
  for (const attribute of attributes) {
    const last = runs.at(-1);
    if (last?.[0]?.source === attribute.source) last.push(attribute);
    else runs.push([attribute]);
  }
  return runs;
}

function factsOf(context: Context, feature: Feature, attributes: readonly Attribute[], explained: boolean): HTMLElement {
  const [first] = attributes as [Attribute, ...Attribute[]];
  return h(
    'div',
    { class: 'facts' },
    h('dl', {}, ...attributes.map((attribute) => factOf(context, feature, attribute, explained))),
    h('p', { class: 'origin' }, formatSource(context.store.get().language, first, context.twin)),
  );
}

function factOf({ store }: Context, feature: Feature, attribute: Attribute, explained: boolean): HTMLElement {
  const { language } = store.get();
  const { label, description } = attribute[language];
  const value = feature.properties[attribute.name];
  const shown = formatValue(language, value, attribute);
  const missing = value === null || value === undefined || value === '';
  const list = Array.isArray(value) && value.length > 1 ? (value as readonly Value[]) : null;
  return h(
    'div',
    { class: list ? 'fact fact--list' : 'fact', 'data-property': attribute.name },
    h('dt', { title: description }, label, explained ? h('span', { class: 'explanation' }, description) : null),
    h(
      'dd',
      missing || shown === '' ? { class: 'missing' } : {},
      list ? listOf(list.map((item) => formatValue(language, item, attribute))) : shown || formatValue(language, null, attribute),
    ),
  );
}

function listOf(items: readonly string[]): HTMLElement {
  const entries = items.map((item) => h('li', {}, item));
  if (entries.length <= LIST_SHOWN) return h('ul', {}, ...entries);
  const rest = h('details', {}, h('summary', {}, `+ ${entries.length - LIST_SHOWN}`), h('ul', {}, ...entries.slice(LIST_SHOWN)));
  return h('div', {}, h('ul', {}, ...entries.slice(0, LIST_SHOWN)), rest);
}
