import { onLoggedOut } from '../../api/client';
import { token } from '../../api/session';
import type { Access } from '../../api/types';
import { speaker, type Context } from '../context';
import { button, h, icon, part } from '../dom';
import { warn } from '../message';
import { words } from './words';

const PERSON = 'M12 4a4 4 0 1 1 0 8 4 4 0 0 1 0-8M4.500 20c.8-4 3.800-6 7.500-6s6.700 2 7.500 6';

/** The button for staff, on servers that let staff in; what it opens is fetched when it is pressed. */
export async function staffButton(context: Context, refused: boolean): Promise<void> {
  const say = speaker(context, words);
  const { store } = context;
  onLoggedOut(() => {
    warn(store.get().language, say('ended'));
  });
  const access = await context.api.access().catch(() => null);
  if (!access?.keys) return;
  const seat = h('div', { class: 'staff' });
  part('header').querySelector('.header__actions')?.before(seat);
  const render = (): void => {
    const inside = token() !== null;
    const show = (): void => void open(context, access);
    const label = say(inside ? 'button.in' : 'button');
    seat.replaceChildren(button({ label, icon: icon(PERSON), class: `utrecht-button--subtle${inside ? ' staff--in' : ''}`, press: show }));
  };
  store.on(['language'], render);
  render();
  if (refused) warn(store.get().language, say('failed'));
}

async function open(context: Context, access: Access): Promise<void> {
  const { staffDialog } = await import('./dialog');
  staffDialog(context, access);
}
