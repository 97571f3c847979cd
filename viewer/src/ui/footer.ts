import { formatDate } from '../format/values';
import { text, type Context } from './context';
import { button, h, icon, ICONS, part } from './dom';

/** Who made the data and of when it is; always in sight, as the licences ask. */
export function footer(context: Context): void {
  const { store, twin } = context;
  const element = part('footer');
  let whole = false;
  // Where there is little room, the sources are told in short until somebody asks.
  const more = (): HTMLElement =>
    button({
      label: text(context, whole ? 'sources.less' : 'sources.more'),
      icon: icon(ICONS.info),
      class: 'utrecht-button--subtle footer__more',
      expanded: whole,
      press: () => {
        whole = !whole;
        element.classList.toggle('footer--whole', whole);
        render();
        element.querySelector<HTMLElement>('.footer__more')?.focus();
      },
    });
  const render = (): void => {
    const { language } = store.get();
    const sources = twin.sources.map(({ kind, title, attribution, licence, date }) => {
      const day = date === null ? text(context, 'sources.undated') : (formatDate(language, date) ?? date);
      const terms = licence === null ? '' : ` (${licence})`;
      return h(
        'li',
        {},
        h('strong', {}, h('span', { class: 'long' }, title), h('span', { class: 'short' }, kind.toUpperCase())),
        h('span', { class: 'long' }, ` ${day}`),
        h('span', { class: 'short' }, ` ${date === null ? text(context, 'sources.undated') : (formatDate(language, date, 'short') ?? date)}`),
        h('span', { class: 'terms' }, ` · ${attribution ?? ''}${terms}`),
      );
    });
    const built = formatDate(language, twin.built) ?? twin.built;
    element.replaceChildren(
      h('ul', { 'aria-label': text(context, 'sources.label'), tabindex: 0 }, ...sources, h('li', {}, text(context, 'app.built', { date: built }))),
      more(),
    );
  };
  // The lines wrap as the window allows; what lies above gives way.
  new ResizeObserver(() => {
    document.documentElement.style.setProperty('--footer', `${element.offsetHeight}px`);
  }).observe(element);
  store.on(['language'], render);
  render();
}

/** The same in one line, for pictures that leave the page. */
export function attributionOf(context: Context): string {
  const { language } = context.store.get();
  const sources = context.twin.sources.map(({ title, date, licence, attribution }) => {
    const day = date === null ? '' : ` ${formatDate(language, date) ?? date}`;
    return `${title}${day}${attribution ? `, ${attribution}` : ''}${licence ? ` (${licence})` : ''}`;
  });
  return sources.join(' · ');
}
