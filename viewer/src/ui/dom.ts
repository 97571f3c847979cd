type Attributes = Readonly<Record<string, string | number | boolean | ((event: never) => void) | undefined>>;
type Child = Node | string | null | undefined;

/** An element with attributes, listeners (functions under an event's name) and children. */
export function h<T extends keyof HTMLElementTagNameMap>(
  tag: T,
  attributes: Attributes = {},
  ...children: readonly Child[]
): HTMLElementTagNameMap[T] {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (value === undefined || value === false) continue;
    if (typeof value === 'function') element.addEventListener(name, value as EventListener);
    else element.setAttribute(name, value === true ? '' : String(value));
  }
  element.append(...children.filter((child) => child !== null && child !== undefined));
  return element;
}

/** A drawn icon; the words for it are the label of the control that holds it. */
export function icon(...paths: readonly string[]): SVGSVGElement {
  const svg = document.createElementNS('http://www.w3.org/2000/svg', 'svg');
  svg.setAttribute('viewBox', '0 0 24 24');
  svg.setAttribute('aria-hidden', 'true');
  svg.classList.add('icon');
  for (const path of paths) {
    const shape = document.createElementNS('http://www.w3.org/2000/svg', 'path');
    shape.setAttribute('d', path);
    svg.append(shape);
  }
  return svg;
}

export const ICONS = {
  search: 'M10.5 4a6.5 6.5 0 1 0 4 11.6l4.9 4.9M10.5 4a6.5 6.5 0 0 1 4 11.6',
  close: 'M6 6l12 12M18 6L6 18',
  plus: 'M12 5v14M5 12h14',
  minus: 'M5 12h14',
  home: 'M4 11.5 12 5l8 6.5M6.5 10v9h11v-9M10.5 19v-5h3v5',
  link: 'M10 14a4 4 0 0 0 5.7 0l3-3A4 4 0 0 0 13 5.300l-1 1M14 10a4 4 0 0 0-5.7 0l-3 3A4 4 0 0 0 11 18.700l1-1',
  map: 'M4 6.500 9.500 4.500l5 2 5.500-2v13l-5.500 2-5-2L4 19.500zM9.500 4.500v13M14.500 6.500v13',
  layers: 'M12 4 3.5 8.5 12 13l8.5-4.500zM4 12.500l8 4.2 8-4.200M4 16.300l8 4.2 8-4.2',
  target: 'M12 3v4M12 17v4M3 12h4M17 12h4M12 8.500a3.5 3.5 0 1 1 0 7 3.5 3.5 0 0 1 0-7',
  info: 'M12 11v6M12 7.200v.1M12 3.500a8.5 8.5 0 1 1 0 17 8.5 8.5 0 0 1 0-17',
} as const;

interface ButtonOptions {
  readonly label: string;
  readonly icon?: SVGSVGElement;
  readonly text?: string;
  readonly class?: string;
  readonly pressed?: boolean;
  readonly expanded?: boolean;
  readonly press: () => void;
}

/** A button in the house style (NL Design System, Utrecht); with an icon alone, its label is its tooltip too. */
export function button(options: ButtonOptions): HTMLButtonElement {
  const element = h('button', {
    type: 'button',
    class: `utrecht-button utrecht-button--html-button ${options.class ?? 'utrecht-button--subtle'}`,
    'aria-label': options.text === options.label ? undefined : options.label,
    title: options.text === options.label ? undefined : options.label,
    'aria-pressed': options.pressed === undefined ? undefined : String(options.pressed),
    'aria-expanded': options.expanded === undefined ? undefined : String(options.expanded),
    click: options.press,
  });
  if (options.icon) element.append(options.icon);
  if (options.text) element.append(options.text);
  return element;
}

interface ChoiceOptions<T extends string> {
  readonly legend: string;
  readonly name: string;
  readonly options: readonly { readonly value: T; readonly label: string }[];
  readonly value: T;
  readonly choose: (value: T) => void;
}

/** A choice of one out of a few, all in sight: radio buttons that look like a bar. */
export function choice<T extends string>({ legend, name, options, value, choose }: ChoiceOptions<T>): HTMLFieldSetElement {
  return h(
    'fieldset',
    { class: 'choice' },
    h('legend', {}, legend),
    h(
      'div',
      { class: 'choice__bar' },
      ...options.map((option) => {
        const input = h('input', {
          type: 'radio',
          name,
          value: option.value,
          checked: option.value === value,
          change: () => {
            choose(option.value);
            document.querySelector<HTMLElement>(`input[name="${name}"][value="${option.value}"]`)?.focus();
          },
        });
        return h('label', {}, input, h('span', {}, option.label));
      }),
    ),
  );
}

/** A labelled field of a form; `control` is what the label is for. */
export function field(label: string, control: HTMLElement, hint?: string): HTMLElement {
  const { id } = control;
  if (hint) control.setAttribute('aria-describedby', `${id}-hint`);
  return h(
    'div',
    { class: 'field' },
    h('label', { for: id }, label),
    control,
    hint ? h('p', { class: 'origin', id: `${id}-hint` }, hint) : null,
  );
}

/** The element of the page's skeleton with this id. */
export function part(id: string): HTMLElement {
  const element = document.getElementById(id);
  if (!element) throw new Error(`index.html has no #${id}`);
  return element;
}
