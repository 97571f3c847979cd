import type { SearchResult } from '../api/types';
import { wordFor } from '../i18n';
import { text, type Context } from './context';
import { h, icon, ICONS } from './dom';

const PAUSE_MS = 180;
const SHORTEST = 2;

/** The search box: a combobox with a listbox of places, after the ARIA authoring practices. */
export function searchBox(
  context: Context,
  choose: (result: SearchResult) => void,
): { element: HTMLElement; render: () => void } {
  const label = h('label', { for: 'search-input', class: 'hidden-text' });
  const input = h('input', {
    id: 'search-input',
    class: 'utrecht-textbox utrecht-textbox--html-input',
    type: 'text',
    role: 'combobox',
    autocomplete: 'off',
    spellcheck: 'false',
    'aria-autocomplete': 'list',
    'aria-expanded': 'false',
    'aria-controls': 'search-results',
  });
  const list = h('ul', { id: 'search-results', role: 'listbox', class: 'utrecht-listbox', hidden: true });
  const status = h('p', { class: 'search__status', role: 'status' });
  const element = h('div', { class: 'search', role: 'search' }, label, icon(ICONS.search), input, list, status);

  let results: SearchResult[] = [];
  let active = -1;
  let timer = 0;
  let pending: AbortController | null = null;

  const say = (message: string, seen: boolean): void => {
    status.textContent = message;
    status.classList.toggle('hidden-text', !seen);
  };
  const show = (): void => {
    const open = results.length > 0;
    list.hidden = !open;
    input.setAttribute('aria-expanded', String(open));
    if (open && active >= 0) input.setAttribute('aria-activedescendant', `search-option-${active}`);
    else input.removeAttribute('aria-activedescendant');
    list.replaceChildren(...results.map((result, i) => option(context, result, i, i === active, take)));
    list.children[active]?.scrollIntoView({ block: 'nearest' });
  };
  const close = (): void => {
    window.clearTimeout(timer);
    pending?.abort();
    results = [];
    active = -1;
    say('', false);
    show();
  };
  const take = (result: SearchResult): void => {
    close();
    input.value = result.label;
    choose(result);
  };
  const look = async (query: string): Promise<void> => {
    pending?.abort();
    const search = (pending = new AbortController());
    try {
      results = await context.api.search(query, search.signal);
      active = results.length > 0 ? 0 : -1;
      if (results.length > 0) say(text(context, 'search.count', { count: results.length }), false);
      else say(text(context, 'search.none', { text: query }), true);
    } catch {
      if (search.signal.aborted) return;
      results = [];
      say(text(context, 'search.failed'), true);
    }
    show();
  };

  input.addEventListener('input', () => {
    const query = input.value.trim();
    close();
    if (query.length >= SHORTEST) timer = window.setTimeout(() => void look(query), PAUSE_MS);
  });
  input.addEventListener('keydown', (event) => {
    const steps: Record<string, number> = { ArrowDown: 1, ArrowUp: -1 };
    const step = steps[event.key];
    if (step !== undefined && results.length > 0) {
      event.preventDefault();
      active = (active + step + results.length) % results.length;
      show();
    } else if (event.key === 'Enter') {
      const result = results[active];
      if (result) take(result);
      else if (input.value.trim().length >= SHORTEST) void look(input.value.trim());
    } else if (event.key === 'Escape') {
      if (results.length === 0) input.value = '';
      close();
    }
  });
  input.addEventListener('blur', close);

  const render = (): void => {
    label.textContent = text(context, 'search.label');
    input.placeholder = text(context, 'search.placeholder');
    list.setAttribute('aria-label', text(context, 'search.results'));
    element.setAttribute('aria-label', text(context, 'search.label'));
    close();
  };
  return { element, render };
}

function option(
  { store }: Context,
  result: SearchResult,
  index: number,
  selected: boolean,
  take: (result: SearchResult) => void,
): HTMLElement {
  return h(
    'li',
    {
      id: `search-option-${index}`,
      role: 'option',
      class: `utrecht-listbox__option${selected ? ' utrecht-listbox__option--active' : ''}`,
      'aria-selected': String(selected),
      // Before the blur of the input would close the list.
      mousedown: (event: MouseEvent) => {
        event.preventDefault();
        take(result);
      },
    },
    h('span', {}, result.label),
    h('span', { class: 'search__kind' }, wordFor(store.get().language, 'kind', result.kind)),
  );
}
