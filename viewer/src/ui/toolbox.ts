import type { Rooms, Tool, ToolEntry } from '../tools/tool';
import { NARROW } from './clearance';
import { text } from './context';
import { button, h, icon, ICONS, part } from './dom';
import { tell, warn } from './message';

// What the filter says has a place of its own in the store, because other tools go by it.
const FILTER = 'filter';
const PANELS = { side: 'tool', bottom: 'sheet' } as const;

interface Loaded {
  readonly tool: Tool;
  /** What it last saved, or was last told to restore. */
  state: string | null;
  isOpen: boolean;
}

/** The bar of tools and the panels in which they open; fetches a tool when a visitor or a link asks for it. */
export class Toolbox {
  private readonly bar = part('toolbar');
  private readonly loaded = new Map<string, Loaded>();
  private readonly loading = new Set<string>();

  constructor(
    private readonly rooms: Rooms,
    private readonly entries: readonly ToolEntry[],
  ) {
    const { store } = rooms;
    store.on(['open', 'tools', 'filter'], () => {
      this.follow();
    });
    store.on(['language'], () => {
      this.loaded.forEach(({ tool }) => {
        tool.render();
      });
      this.renderBar();
      this.renderPanels();
    });
    this.renderBar();
    this.follow();
  }

  /** Whether everything that was asked for has been fetched. */
  get idle(): boolean {
    return this.loading.size === 0;
  }

  private follow(): void {
    const { open } = this.rooms.store.get();
    for (const entry of this.entries) {
      const wanted = open.includes(entry.id) || this.saidOf(entry) !== null;
      const known = this.loaded.get(entry.id);
      if (known) this.bring(entry, known);
      else if (wanted) void this.fetch(entry);
    }
    this.renderBar();
    this.renderPanels();
  }

  private saidOf({ id }: ToolEntry): string | null {
    const { filter, tools } = this.rooms.store.get();
    return id === FILTER ? filter : (tools[id] ?? null);
  }

  private async fetch(entry: ToolEntry): Promise<void> {
    if (this.loading.has(entry.id)) return;
    this.loading.add(entry.id);
    try {
      const { make } = await entry.load();
      const known: Loaded = { tool: make(this.rooms, this.seatOf(entry)), state: null, isOpen: false };
      this.loaded.set(entry.id, known);
      this.loading.delete(entry.id);
      this.bring(entry, known, true);
    } catch (reason) {
      console.warn(reason);
      this.loading.delete(entry.id);
      const { language } = this.rooms.store.get();
      warn(language, text(this.rooms, 'toolbox.failed', { tool: text(this.rooms, entry.label) }));
      this.toggle(entry, false);
    }
    this.renderPanels();
    this.rooms.stage.invalidate();
  }

  private bring(entry: ToolEntry, known: Loaded, first = false): void {
    const { open } = this.rooms.store.get();
    const state = this.saidOf(entry);
    if (first || state !== known.state) {
      known.state = state;
      void this.restore(entry, known, state);
    }
    const isOpen = open.includes(entry.id);
    if (isOpen === known.isOpen) return;
    known.isOpen = isOpen;
    if (isOpen) known.tool.open?.();
    else known.tool.close?.();
  }

  private async restore(entry: ToolEntry, { tool }: Loaded, state: string | null): Promise<void> {
    this.loading.add(entry.id);
    try {
      await tool.restore(state);
    } catch (reason) {
      // A link may be cut short or made for another city.
      console.warn(`${entry.id}=${state ?? ''}`, reason);
      tell(text(this.rooms, 'toolbox.misfit', { tool: text(this.rooms, entry.label) }));
      await tool.restore(null);
      this.seatOf(entry).save(null);
    }
    this.loading.delete(entry.id);
    this.rooms.stage.invalidate();
  }

  private seatOf(entry: ToolEntry): { save: (state: string | null) => void; close: () => void } {
    return {
      save: (state) => {
        const known = this.loaded.get(entry.id);
        if (known) known.state = state;
        if (this.saidOf(entry) === state) return;
        if (entry.id === FILTER) {
          this.rooms.store.set({ filter: state });
          return;
        }
        const others = Object.entries(this.rooms.store.get().tools).filter(([id]) => id !== entry.id);
        this.rooms.store.set({ tools: Object.fromEntries(state === null ? others : [...others, [entry.id, state]]) });
      },
      close: () => {
        this.toggle(entry, false);
      },
    };
  }

  private toggle(entry: ToolEntry, open: boolean): void {
    const { store } = this.rooms;
    // Panels share their place, and on a phone there is one place: who opens closes who was there.
    const narrow = window.matchMedia(NARROW).matches;
    const others = store.get().open.filter((id) => id !== entry.id && this.entries.some((e) => e.id === id && (e.place !== entry.place && (!narrow || !open))));
    store.set({ open: open ? [...others, entry.id] : store.get().open.filter((id) => id !== entry.id) });
  }

  private renderBar(): void {
    const { open } = this.rooms.store.get();
    // Of the bar only: the panels name their tool in the same way.
    const focused = this.bar.querySelector<HTMLElement>('[data-tool]:focus')?.dataset['tool'];
    this.bar.setAttribute('aria-label', text(this.rooms, 'toolbox.label'));
    this.bar.replaceChildren(
      ...this.entries.map((entry) => {
        const label = text(this.rooms, entry.label);
        const used = this.saidOf(entry) !== null;
        const isOpen = open.includes(entry.id);
        const element = h(
          'button',
          {
            type: 'button',
            class: used ? 'tool-button tool-button--used' : 'tool-button',
            'data-tool': entry.id,
            'aria-expanded': String(isOpen),
            'aria-controls': PANELS[entry.place],
            'aria-label': used ? text(this.rooms, 'toolbox.on', { tool: label }) : undefined,
            click: () => {
              this.toggle(entry, !isOpen);
              if (isOpen) return;
              void this.focusPanel(entry);
            },
          },
          icon(...entry.icon),
          h('span', {}, label),
        );
        return element;
      }),
    );
    if (focused) this.buttonOf(focused)?.focus();
    // On a phone the bar is wider than the screen.
    this.bar.querySelector('[aria-expanded=true]')?.scrollIntoView({ block: 'nearest', inline: 'nearest' });
  }

  private async focusPanel(entry: ToolEntry): Promise<void> {
    while (this.loading.has(entry.id)) await new Promise(requestAnimationFrame);
    part(PANELS[entry.place]).querySelector<HTMLElement>('h2')?.focus();
  }

  private renderPanels(): void {
    const { open } = this.rooms.store.get();
    for (const place of ['side', 'bottom'] as const) {
      const entry = this.entries.find((candidate) => candidate.place === place && open.includes(candidate.id));
      const panel = part(PANELS[place]);
      panel.hidden = entry === undefined;
      document.body.classList.toggle(`has-${PANELS[place]}`, entry !== undefined);
      if (entry) this.renderPanel(panel, entry);
      else panel.replaceChildren();
    }
  }

  private renderPanel(panel: HTMLElement, entry: ToolEntry): void {
    const label = text(this.rooms, entry.label);
    const tool = this.loaded.get(entry.id)?.tool;
    panel.setAttribute('aria-label', label);
    const leave = (): void => {
      this.toggle(entry, false);
      this.buttonOf(entry.id)?.focus();
    };
    panel.onkeydown = (event) => {
      if (event.key === 'Escape' && !event.defaultPrevented) leave();
    };
    const body = tool?.element ?? h('p', { class: 'note' }, text(this.rooms, 'toolbox.loading'));
    const current = panel.querySelector('.tool__body');
    // A panel that is up already keeps its elements, and with them the focus.
    if (panel.dataset['tool'] === entry.id && panel.lang === this.rooms.store.get().language && current?.firstChild === body) return;
    panel.dataset['tool'] = entry.id;
    panel.lang = this.rooms.store.get().language;
    panel.replaceChildren(
      h(
        'div',
        { class: 'tool__head' },
        h('h2', { tabindex: -1 }, label),
        button({
          label: text(this.rooms, 'toolbox.clear'),
          text: text(this.rooms, 'toolbox.clear'),
          press: () => {
            this.seatOf(entry).save(null);
            void this.loaded.get(entry.id)?.tool.restore(null);
          },
        }),
        button({ label: text(this.rooms, 'toolbox.close', { tool: label }), icon: icon(ICONS.close), press: leave }),
      ),
      h('div', { class: 'tool__body' }, body),
    );
  }

  private buttonOf(id: string): HTMLElement | null {
    return this.bar.querySelector<HTMLElement>(`[data-tool="${id}"]`);
  }
}
