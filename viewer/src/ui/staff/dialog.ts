import { accessOf } from '../../api/client';
import { begin } from '../../api/oidc';
import { forget, keep, token } from '../../api/session';
import type { Access, Provider } from '../../api/types';
import { speaker, type Context } from '../context';
import { button, field, h } from '../dom';
import { words } from './words';

/** Asks a member of staff for a key, or leads to a provider; who is in already can log out. */
export function staffDialog(context: Context, access: Access): void {
  const say = speaker(context, words);
  const fault = h('p', { class: 'note note--warning', role: 'alert' });
  const dialog = h('dialog', { class: 'staff__dialog card', 'aria-labelledby': 'staff-heading' });
  const inside = token() !== null;

  const enter = async (provider: Provider): Promise<void> => {
    fault.textContent = '';
    await begin(provider).catch((reason: unknown) => {
      console.warn(reason);
      fault.textContent = say('unreachable');
    });
  };
  const secret = h('input', {
    id: 'staff-key',
    type: 'password',
    autocomplete: 'off',
    required: true,
    class: 'utrecht-textbox utrecht-textbox--html-input',
  });
  const use = async (event: SubmitEvent): Promise<void> => {
    event.preventDefault();
    fault.textContent = '';
    const key = secret.value.trim();
    const known = await accessOf(key).catch(() => null);
    if (known === null) {
      fault.textContent = say('key.wrong');
      secret.focus();
      return;
    }
    keep(key);
    window.location.reload();
  };
  const ways = inside
    ? [
        h('p', {}, say(`sees.${access.clearance}`)),
        button({
          label: say('out'),
          text: say('out'),
          class: 'utrecht-button--primary-action',
          press: () => {
            forget();
            window.location.reload();
          },
        }),
      ]
    : [
        h('p', { class: 'note' }, say('intro')),
        ...access.providers.map((provider) => {
          const label = say('with', { title: provider.title });
          return button({ label, text: label, class: 'utrecht-button--primary-action', press: () => void enter(provider) });
        }),
        h(
          'form',
          { submit: (event: SubmitEvent) => void use(event) },
          field(say('key'), secret),
          h('button', { type: 'submit', class: 'utrecht-button utrecht-button--html-button utrecht-button--primary-action' }, say('key.use')),
        ),
      ];
  dialog.append(
    h('h2', { id: 'staff-heading' }, say('heading')),
    ...ways,
    fault,
    button({
      label: say('close'),
      text: say('close'),
      press: () => {
        dialog.close();
      },
    }),
  );
  // Keys pressed here are not meant for the city behind it.
  dialog.addEventListener('keydown', (event) => {
    event.stopPropagation();
  });
  dialog.addEventListener('close', () => {
    dialog.remove();
  });
  document.body.append(dialog);
  dialog.showModal();
}
