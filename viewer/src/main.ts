import { openCity } from './app';
import { api } from './api/client';
import { keep } from './api/session';
import { initialLanguage } from './i18n';
import { parsePermalink } from './state/permalink';
import { BLANK, Store } from './state/store';
import { giveUp } from './ui/message';
import './styles/theme.css';
import './styles/page.css';
import './styles/panels.css';
import './styles/view.css';
import './styles/toolbox.css';
import './styles/forms.css';
import './styles/table.css';
import './styles/staff.css';

// Back from a provider, of whom a code comes in the query.
const refused = /[?&]state=/.test(window.location.search) && !(await loggedIn());

const linked = parsePermalink(window.location.hash);
const language = linked.language ?? initialLanguage(navigator.languages);
document.documentElement.lang = language;

const store = new Store({ ...BLANK, language, ...linked });

openCity(store, api, refused).catch((reason: unknown) => {
  console.error(reason);
  giveUp(store.get().language, reason);
});

async function loggedIn(): Promise<boolean> {
  try {
    const { finish } = await import('./api/oidc');
    keep(await finish());
    return true;
  } catch (reason) {
    console.warn(reason);
    return false;
  }
}
