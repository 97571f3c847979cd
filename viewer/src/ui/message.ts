import { ApiError } from '../api/client';
import { translate, type Key, type Language } from '../i18n';
import { button, h, icon, ICONS, part } from './dom';

const BRIEF_MS = 5000;

let timer = 0;

/** Tells the visitor something that passes, by eye and by screen reader. */
export function tell(message: string): void {
  window.clearTimeout(timer);
  part('message').replaceChildren(h('p', { class: 'toast' }, message));
  timer = window.setTimeout(() => {
    part('message').replaceChildren();
  }, BRIEF_MS);
}

/** Warns of something that went wrong while the rest goes on working. */
export function warn(language: Language, message: string, remedy?: HTMLElement): void {
  window.clearTimeout(timer);
  const dismiss = button({
    label: translate(language, 'error.dismiss'),
    icon: icon(ICONS.close),
    press: () => {
      part('message').replaceChildren();
    },
  });
  part('message').replaceChildren(h('div', { class: 'toast toast--warning' }, h('p', {}, message), remedy, dismiss));
}

/** Says why there is no city, and what to do about it, in place of the city. */
export function giveUp(language: Language, reason: unknown): void {
  const heading = translate(language, 'error.heading');
  document.title = heading;
  const retry = button({
    label: translate(language, 'error.retry'),
    text: translate(language, 'error.retry'),
    class: 'utrecht-button--primary-action',
    press: () => {
      window.location.reload();
    },
  });
  const alert = h(
    'div',
    { class: 'utrecht-alert utrecht-alert--error', role: 'alert' },
    h('div', { class: 'utrecht-alert__content' }, h('h1', {}, heading), h('p', {}, translate(language, sentence(reason))), h('div', {}, retry)),
  );
  part('header').hidden = true;
  part('skip').hidden = true;
  part('view').replaceChildren(h('div', { class: 'give-up' }, alert));
}

export class NoWebGL extends Error {}
export class LostWebGL extends Error {}

function sentence(reason: unknown): Key {
  if (reason instanceof NoWebGL) return 'error.webgl';
  if (reason instanceof LostWebGL) return 'error.lost';
  if (!(reason instanceof ApiError)) return 'error.server';
  return reason.failure === 'not-found' ? 'error.server' : `error.${reason.failure}`;
}
