import { LANGUAGES } from '../i18n';
import { text, type Context } from './context';
import { button, h, icon, ICONS, part } from './dom';
import { logoOf } from './looks';
import { tell } from './message';
import { searchBox } from './search';

/** Title, language, link and search. */
export function header(context: Context, goTo: Parameters<typeof searchBox>[1]): void {
  const { store, twin } = context;
  const { name } = twin;
  const heading = h('h1', {}, name);
  const actions = h('div', { class: 'header__actions' });
  const search = searchBox(context, goTo);
  // The title may take several lines; what lies below gives way.
  new ResizeObserver(() => {
    document.documentElement.style.setProperty('--header', `${part('header').offsetHeight}px`);
  }).observe(part('header'));
  part('header').append(h('div', { class: 'header__title' }, logoOf(twin.theme), heading, actions), search.element);

  const render = (): void => {
    const { language } = store.get();
    document.documentElement.lang = language;
    document.title = text(context, 'app.title', { name });
    part('skip').textContent = text(context, 'app.skip');
    const languages = LANGUAGES.map((option) =>
      h(
        'button',
        {
          type: 'button',
          class: 'language',
          lang: option,
          'aria-pressed': String(option === language),
          click: () => {
            store.set({ language: option });
            actions.querySelector<HTMLElement>(`button[lang="${option}"]`)?.focus();
          },
        },
        h('span', { 'aria-hidden': 'true' }, option.toUpperCase()),
        h('span', { class: 'hidden-text' }, option === 'nl' ? 'Nederlands' : 'English'),
      ),
    );
    actions.replaceChildren(
      button({ label: text(context, 'link.copy'), icon: icon(ICONS.link), press: () => void copyLink(context) }),
      h('div', { role: 'group', class: 'languages', 'aria-label': text(context, 'language.label') }, ...languages),
    );
    search.render();
  };
  store.on(['language'], render);
  render();
}

async function copyLink(context: Context): Promise<void> {
  const copied = await navigator.clipboard.writeText(window.location.href).then(
    () => true,
    () => false,
  );
  tell(text(context, copied ? 'link.copied' : 'link.manual'));
}
