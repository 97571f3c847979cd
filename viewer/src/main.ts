import { openCity } from './app';
import { api } from './api/client';
import { initialLanguage } from './i18n';
import { parsePermalink } from './state/permalink';
import { Store } from './state/store';
import { giveUp } from './ui/message';
import './styles/theme.css';
import './styles/page.css';
import './styles/panels.css';
import './styles/view.css';

const linked = parsePermalink(window.location.hash);
const language = linked.language ?? initialLanguage(navigator.languages);
document.documentElement.lang = language;

const store = new Store({ language, pose: null, hidden: new Set(), colourBy: null, selection: null, ...linked });

openCity(store, api).catch((reason: unknown) => {
  console.error(reason);
  giveUp(store.get().language, reason);
});
