import { formatNumber } from '../format/values';
import { text, type Context } from './context';
import { h } from './dom';

/** The themes with a switch each. */
export function layers(context: Context): HTMLElement {
  const { store, twin } = context;
  const list = h('ul', { class: 'layers' });
  const toggle = (id: string, shown: boolean): void => {
    const hidden = new Set(store.get().hidden);
    if (shown) hidden.delete(id);
    else hidden.add(id);
    store.set({ hidden });
  };
  const render = (): void => {
    const { language, hidden } = store.get();
    list.replaceChildren(
      ...twin.themes.map((theme) => {
        const input = h('input', {
          type: 'checkbox',
          id: `layer-${theme.id}`,
          class: 'utrecht-checkbox utrecht-checkbox--html-input',
          change: () => {
            toggle(theme.id, input.checked);
          },
        });
        input.checked = !hidden.has(theme.id);
        const number = formatNumber(language, theme.count);
        return h(
          'li',
          { class: 'layer' },
          h('label', {}, input, h('span', { class: `layer__swatch layer__swatch--${theme.id}`, 'aria-hidden': 'true' }), theme.title[language]),
          h('span', { class: 'layer__count', title: text(context, 'layers.count', { count: number }) }, number),
        );
      }),
    );
  };
  // The boxes themselves carry the state of `hidden`; drawing them anew would drop the keyboard focus.
  store.on(['language'], render);
  render();
  return list;
}
