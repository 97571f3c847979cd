import { ApiError, failures } from '../api/client';
import { text, type Context } from './context';
import { button } from './dom';
import { tell, warn } from './message';

const CALM_MS = 60_000;
const ANXIOUS_MS = 3_000;

/** Says when the server is gone, when it is back, and when it serves another build than the page was made of. */
export function watchConnection(context: Context): void {
  const { api, store, twin } = context;
  let lost = false;
  let rebuilt = false;
  let timer = 0;
  let asking = false;

  const again = (wait: number): void => {
    window.clearTimeout(timer);
    timer = window.setTimeout(() => void look(), wait);
  };
  const look = async (): Promise<void> => {
    if (asking || rebuilt) return;
    asking = true;
    try {
      const built = await api.built();
      if (lost) tell(text(context, 'error.online'));
      lost = false;
      if (built !== twin.built) sayRebuilt();
    } catch (reason) {
      const gone = reason instanceof ApiError && reason.failure === 'unreachable';
      if (gone && !lost) warn(store.get().language, text(context, 'error.offline'));
      lost ||= gone;
    }
    asking = false;
    again(lost ? ANXIOUS_MS : CALM_MS);
  };
  const sayRebuilt = (): void => {
    rebuilt = true;
    const label = text(context, 'error.refresh');
    // The address holds all that was done, so nothing is lost.
    warn(store.get().language, text(context, 'error.rebuilt'), button({ label, text: label, class: 'utrecht-button--primary-action', press: () => { window.location.reload(); } }));
  };
  failures.addEventListener('missed', () => {
    if (!lost) again(0);
  });
  window.addEventListener('offline', () => void look());
  window.addEventListener('online', () => void look());
  document.addEventListener('visibilitychange', () => {
    if (!document.hidden) void look();
  });
  again(CALM_MS);
}
