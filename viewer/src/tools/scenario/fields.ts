import { field, h } from '../../ui/dom';

interface NumberField {
  readonly id: string;
  readonly label: string;
  readonly value: number | null;
  readonly min: number;
  readonly max: number;
  readonly step?: number;
  readonly hint?: string;
  readonly change: (value: number) => void;
  /** Called instead when the field is left empty; without it, the field keeps its number. */
  readonly empty?: () => void;
}

/** A labelled number that stays within its bounds; a step of 1 makes it whole. */
export function numberField({ id, label, value, min, max, step = 0.5, hint, change, empty }: NumberField): HTMLElement {
  const input = h('input', { id, type: 'number', min, max, step: step === 1 ? 1 : 'any', class: 'utrecht-textbox utrecht-textbox--html-input' });
  const show = (known: number | null): void => {
    input.value = known === null ? '' : String(known);
    // What it goes back to after nonsense.
    input.dataset['known'] = input.value;
  };
  show(value);
  input.addEventListener('change', () => {
    const typed = input.value.trim() === '' ? NaN : Number(input.value);
    if (Number.isFinite(typed)) {
      const bounded = Math.min(max, Math.max(min, typed));
      const known = step === 1 ? Math.round(bounded) : bounded;
      show(known);
      change(known);
    } else if (empty && input.value.trim() === '' && !input.validity.badInput) {
      show(null);
      empty();
    } else {
      input.value = input.dataset['known'] ?? '';
    }
  });
  return field(label, input, hint);
}

interface SelectField<T extends string> {
  readonly id: string;
  readonly label: string;
  readonly options: readonly (readonly [T, string])[];
  readonly value: T;
  readonly change: (value: T) => void;
}

export function selectField<T extends string>({ id, label, options, value, change }: SelectField<T>): HTMLElement {
  const element = h('select', { id, class: 'utrecht-select utrecht-select--html-select' }, ...options.map(([name, words]) => h('option', { value: name, selected: name === value }, words)));
  element.addEventListener('change', () => {
    const chosen = options.find(([name]) => name === element.value);
    if (chosen) change(chosen[0]);
  });
  return field(label, element);
}

interface TextField {
  readonly id: string;
  readonly label: string;
  readonly value: string;
  readonly most: number;
  readonly long?: boolean;
  readonly change: (value: string) => void;
}

export function textField({ id, label, value, most, long = false, change }: TextField): HTMLElement {
  const kind = { id, maxlength: most, class: 'utrecht-textbox utrecht-textbox--html-input' };
  const input = long ? h('textarea', { ...kind, rows: 3 }) : h('input', { ...kind, type: 'text' });
  input.value = value;
  input.addEventListener('change', () => {
    change(input.value.trim());
  });
  return field(label, input);
}

/**
 * Puts newly made parts in a form: of the same fields only what they say, so that whoever is typing stays where he is.
 */
export function renew(form: HTMLElement, parts: readonly HTMLElement[]): void {
  const made = new Map(parts.flatMap((part) => [...(part.id ? [part] : []), ...part.querySelectorAll<HTMLElement>('[id]')]).map((element) => [element.id, element]));
  const present = [...form.querySelectorAll<HTMLElement>('[id]')];
  if (present.length !== made.size || !present.every(({ id }) => made.has(id))) {
    const focused = form.contains(document.activeElement) ? document.activeElement?.id : undefined;
    form.replaceChildren(...parts);
    if (focused) form.querySelector<HTMLElement>(`[id="${focused}"]`)?.focus();
    return;
  }
  for (const element of present) {
    const next = made.get(element.id);
    if (isControl(element) && isControl(next)) {
      element.value = next.value;
      if (next.dataset['known'] !== undefined) element.dataset['known'] = next.dataset['known'];
    } else if (next) element.textContent = next.textContent;
  }
}

function isControl(element: HTMLElement | undefined): element is HTMLInputElement | HTMLSelectElement | HTMLTextAreaElement {
  return element instanceof HTMLInputElement || element instanceof HTMLSelectElement || element instanceof HTMLTextAreaElement;
}
