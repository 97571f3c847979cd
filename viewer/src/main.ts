import { openCity } from './app';
import { api } from './api/client';
import { initialLanguage } from './i18n';
import { parsePermalink } from './state/permalink';
import { BLANK, Store } from './state/store';
import { giveUp } from './ui/message';
import './styles/theme.css';
import './styles/page.css';
import './styles/panels.css';
import './styles/view.css';
import './styles/tools.css';

const linked = parsePermalink(window.location.hash);
const language = linked.language ?? initialLanguage(navigator.languages);
document.documentElement.lang = language;

const store = new Store({ ...BLANK, language, ...linked });

openCity(store, api).catch((reason: unknown) => {
  console.error(reason);
  giveUp(store.get().language, reason);
});
