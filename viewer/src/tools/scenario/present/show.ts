import { parsePermalink } from '../../../state/permalink';
import { BLANK, type ViewState } from '../../../state/store';
import { speaker } from '../../../ui/context';
import { button, h } from '../../../ui/dom';
import type { Rooms } from '../../tool';
import type { View } from '../variant';
import { words } from './words';

const TOOL = 'scenario';

/** Views one after the other over the whole screen, with their words below. */
export class Show {
  /** Another view is shown, or the show is over (null). */
  onStep: (at: number | null) => void = () => undefined;
  private readonly say;
  private readonly element = h('section', { class: 'show card', tabindex: -1 });
  private views: readonly View[] = [];
  private at = 0;
  private before: { readonly state: ViewState; readonly focus: Element | null } | null = null;

  constructor(private readonly rooms: Rooms) {
    this.say = speaker(rooms, words);
    document.addEventListener('fullscreenchange', () => {
      if (!document.fullscreenElement) this.stop();
    });
  }

  get isOn(): boolean {
    return this.before !== null;
  }

  /** Shows the view in a place of the city, as its link says. */
  visit({ link }: View): void {
    const { store, navigation } = this.rooms;
    const { pose, open, language, tools } = store.get();
    const { pose: to, tools: said, ...rest } = parsePermalink(link);
    const own = tools[TOOL];
    // Its own state stays: this variant, and what is compared with it.
    store.set({ ...BLANK, ...rest, pose, language, open, tools: { ...said, ...(own !== undefined && { [TOOL]: own }) } });
    if (to) navigation.flyTo(to);
  }

  /** Begins with a view; over the whole screen when the browser lets it. */
  start(views: readonly View[], at = 0, whole = true): void {
    if (views.length === 0 || this.isOn) return;
    this.views = views;
    this.before = { state: this.rooms.store.get(), focus: document.activeElement };
    document.documentElement.classList.add('presenting');
    document.body.append(this.element);
    window.addEventListener('keydown', this.steer, true);
    // A browser that refuses shows the same in its window.
    if (whole) document.documentElement.requestFullscreen().catch(() => undefined);
    this.go(Math.min(at, views.length - 1));
    this.element.focus();
  }

  stop(): void {
    if (!this.before) return;
    const { state, focus } = this.before;
    this.before = null;
    window.removeEventListener('keydown', this.steer, true);
    this.element.remove();
    document.documentElement.classList.remove('presenting');
    if (document.fullscreenElement) void document.exitFullscreen();
    const { pose, language, tools } = this.rooms.store.get();
    const own = tools[TOOL];
    this.rooms.store.set({ ...state, pose, language, tools: { ...state.tools, ...(own !== undefined && { [TOOL]: own }) } });
    if (state.pose) this.rooms.navigation.flyTo(state.pose);
    this.onStep(null);
    if (focus instanceof HTMLElement) focus.focus();
  }

  render(): void {
    if (!this.isOn) return;
    const { say, views, at } = this;
    const view = views[at];
    const focused = this.element.contains(document.activeElement) ? (document.activeElement as HTMLElement).dataset['step'] : undefined;
    const step = (name: 'previous' | 'next' | 'stop', able: boolean, press: () => void): HTMLButtonElement => {
      const made = button({ label: say(name), text: say(name), press });
      made.dataset['step'] = name;
      made.disabled = !able;
      return made;
    };
    this.element.setAttribute('aria-label', say('presentation'));
    this.element.replaceChildren(
      h('div', { class: 'show__words', 'aria-live': 'polite' }, h('h2', {}, view?.title ?? ''), view?.text ? h('p', {}, view.text) : null),
      h(
        'div',
        { class: 'row' },
        step('previous', at > 0, () => { this.go(at - 1); }),
        h('span', { class: 'show__count' }, say('count', { at: at + 1, of: views.length })),
        step('next', at < views.length - 1, () => { this.go(at + 1); }),
        step('stop', true, () => { this.stop(); }),
      ),
    );
    if (focused) this.element.querySelector<HTMLElement>(`[data-step=${focused}]:not(:disabled), [data-step]:not(:disabled)`)?.focus();
  }

  private go(at: number): void {
    const view = this.views[at];
    if (!view) return;
    this.at = at;
    this.visit(view);
    this.render();
    this.onStep(at);
  }

  private steer = (event: KeyboardEvent): void => {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    // The divider of a comparison keeps its own keys, and a button those that press it.
    const { target } = event;
    if (target instanceof Element && target.getAttribute('role') === 'slider' && event.key.startsWith('Arrow')) return;
    if (event.key === ' ' && target instanceof HTMLButtonElement) return;
    const to = { ArrowRight: this.at + 1, ArrowDown: this.at + 1, PageDown: this.at + 1, ' ': this.at + 1, ArrowLeft: this.at - 1, ArrowUp: this.at - 1, PageUp: this.at - 1, Home: 0, End: this.views.length - 1 }[event.key];
    if (to === undefined && event.key !== 'Escape') return;
    event.preventDefault();
    event.stopPropagation();
    if (to === undefined) this.stop();
    else this.go(to);
  };
}
