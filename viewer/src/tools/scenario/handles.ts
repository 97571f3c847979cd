import { Raycaster, Plane, Vector2, Vector3 } from 'three';
import type { Stage } from '../../scene/stage';
import { h, icon } from '../../ui/dom';

/** Something to take hold of in the city, by mouse, touch or keyboard. */
export interface Handle {
  readonly name: string;
  readonly label: string;
  readonly icon: readonly string[];
  /** Where it hangs, in the scene's own metres. */
  at(): Vector3;
  /** It is dragged to a point of the level plane through where it hung. */
  drag(to: Vector3): void;
  /** A key of `KEYS` steers it; `fine` with Shift. */
  key(key: string, fine: boolean): void;
  /** It was let go. */
  drop(): void;
}

const KEYS = new Set(['ArrowLeft', 'ArrowRight', 'ArrowUp', 'ArrowDown']);
// Keys that follow one another are one change.
const REST_MS = 600;

// As wide as a handle is, and a little more.
const ROOM = 46;

/** Places on the screen so far from the first that each can be taken hold of: of a building far away they would lie on one another. */
export function apart(places: readonly (readonly [number, number])[]): (readonly [number, number])[] {
  const [first] = places;
  return places.map((place, number) => {
    if (!first || number === 0) return place;
    const [x, y] = [place[0] - first[0], place[1] - first[1]];
    const distance = Math.hypot(x, y);
    if (distance >= ROOM) return place;
    // Straight up where there is no direction to speak of.
    const [east, south] = distance < 1 ? [0, -1] : [x / distance, y / distance];
    return [first[0] + ROOM * east, first[1] + ROOM * south];
  });
}

/** Handles over the view: elements of the page, so that they can be reached and named like any button. */
export class Handles {
  private readonly layer = h('div', { class: 'handles' });
  private hung: { readonly handle: Handle; readonly element: HTMLElement }[] = [];
  private readonly raycaster = new Raycaster();
  private held: Handle | null = null;

  constructor(private readonly stage: Stage) {
    stage.canvas.after(this.layer);
    stage.beforeFrame(() => {
      this.place();
      return false;
    });
  }

  /** Whether one of them is being dragged. */
  get busy(): boolean {
    return this.held !== null;
  }

  /** Hangs these up in the place of what hung there; those of the same name keep the focus. */
  hang(handles: readonly Handle[]): void {
    const focused = this.hung.find(({ element }) => element === document.activeElement)?.handle.name;
    this.hung = handles.map((handle) => ({ handle, element: this.elementOf(handle) }));
    this.layer.replaceChildren(...this.hung.map(({ element }) => element));
    if (focused) this.hung.find(({ handle }) => handle.name === focused)?.element.focus();
    this.stage.invalidate();
  }

  private elementOf(handle: Handle): HTMLElement {
    const element = h('button', { type: 'button', class: `handle handle--${handle.name}`, 'data-handle': handle.name, 'aria-label': handle.label, title: handle.label }, icon(...handle.icon));
    let plane = new Plane();
    let timer = 0;
    element.addEventListener('pointerdown', (event) => {
      if (event.button !== 0) return;
      element.setPointerCapture(event.pointerId);
      plane = new Plane(new Vector3(0, 0, 1), -handle.at().z);
      this.held = handle;
      event.preventDefault();
      element.focus();
    });
    element.addEventListener('pointermove', (event) => {
      if (this.held !== handle) return;
      const to = this.meet(event, plane);
      if (to) handle.drag(to);
      this.stage.invalidate();
    });
    for (const end of ['pointerup', 'pointercancel'] as const) {
      element.addEventListener(end, () => {
        if (this.held !== handle) return;
        this.held = null;
        handle.drop();
      });
    }
    element.addEventListener('keydown', (event) => {
      if (!KEYS.has(event.key) || event.ctrlKey || event.metaKey || event.altKey) return;
      event.preventDefault();
      handle.key(event.key, event.shiftKey);
      window.clearTimeout(timer);
      timer = window.setTimeout(() => {
        handle.drop();
      }, REST_MS);
      this.stage.invalidate();
    });
    return element;
  }

  private place(): void {
    const { camera, canvas } = this.stage;
    const places = this.hung.map(({ handle }) => handle.at().clone().project(camera));
    const pixels = apart(places.map(({ x, y }) => [((x + 1) / 2) * canvas.clientWidth, ((1 - y) / 2) * canvas.clientHeight] as const));
    this.hung.forEach(({ element }, number) => {
      // Behind the camera there is nothing to take hold of.
      element.hidden = (places[number]?.z ?? 2) > 1;
      const [x, y] = pixels[number] ?? [0, 0];
      element.style.transform = `translate(${x.toFixed(1)}px, ${y.toFixed(1)}px)`;
    });
  }

  private meet({ clientX, clientY }: PointerEvent, plane: Plane): Vector3 | null {
    const { camera, canvas } = this.stage;
    const { left, top, width, height } = canvas.getBoundingClientRect();
    this.raycaster.setFromCamera(new Vector2(((clientX - left) / width) * 2 - 1, 1 - ((clientY - top) / height) * 2), camera);
    return this.raycaster.ray.intersectPlane(plane, new Vector3());
  }
}
