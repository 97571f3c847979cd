import { api, itemsAddress, type Asked } from '../api/client';
import { token } from '../api/session';
import type { English } from '../i18n';
import { speaker, type Context } from './context';
import { h } from './dom';
import { download } from './download';
import { tell, warn } from './message';

const nl = {
  fetching: 'Het bestand wordt opgehaald…',
  failed: 'Het bestand kon niet worden opgehaald. Controleer de verbinding, of log opnieuw in.',
} as const;
const en: English<typeof nl> = {
  fetching: 'Fetching the file…',
  failed: 'The file could not be fetched. Check the connection, or log in again.',
};
const words = { nl, en };

interface File {
  readonly collection: string;
  readonly asked: Asked;
  /** What the file will be called. */
  readonly name: string;
  readonly text: string;
  readonly class: string;
}

/**
 * A link to objects as a file.
 *
 * A visitor's browser fetches it by itself. A link can't say who asks, so for staff the page fetches it, with their
 * key or token, and hands over what came.
 */
export function fileLink(context: Pick<Context, 'store'>, { collection, asked, name, text, ...more }: File): HTMLAnchorElement {
  const say = speaker(context, words);
  const href = itemsAddress(collection, asked);
  const fetchIt = async (link: HTMLElement): Promise<void> => {
    link.setAttribute('aria-busy', 'true');
    tell(say('fetching'));
    try {
      const content = await api.file(href);
      download(name, content);
    } catch (reason) {
      console.warn(reason);
      warn(context.store.get().language, say('failed'));
    } finally {
      link.removeAttribute('aria-busy');
    }
  };
  const click = (event: MouseEvent): void => {
    if (token() === null) return;
    event.preventDefault();
    const link = event.currentTarget as HTMLElement;
    if (!link.hasAttribute('aria-busy')) void fetchIt(link);
  };
  return h('a', { href, download: name, class: more.class, click }, text);
}
