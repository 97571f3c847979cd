import type { Vector3 } from 'three';
import type { Triple } from '../../geo/rd';
import { Sketch, type Shape } from '../../scene/sketch';
import type { Pointer } from '../../tiles/picking';
import { speaker } from '../../ui/context';
import { button, h } from '../../ui/dom';
import { tell } from '../../ui/message';
import type { Rooms } from '../tool';
import { millimetres, type Place } from './outline';
import { words } from './words';

interface Drawn {
  /** What its button says; `done` is that of the last step. */
  readonly start: string;
  readonly done: string;
  readonly colour?: string;
  readonly finish: (ring: Place[]) => void;
}

/** Buttons to draw a ring with: corner by corner, by clicks or in the middle of the view. */
export class Corners {
  readonly element = h('div', { class: 'stack' });
  private readonly say;
  private readonly sketch;
  private corners: Triple[] = [];
  private pointing = false;

  constructor(
    private readonly rooms: Rooms,
    private readonly drawn: () => Drawn,
  ) {
    this.say = speaker(rooms, words);
    this.sketch = new Sketch(rooms.stage);
    this.render();
  }

  private readonly pointer: Pointer = {
    point: (hit) => {
      if (!hit) {
        tell(this.say('nowhere'));
        return;
      }
      this.corners.push(this.rooms.frame.toRd(hit.point));
      this.draw();
    },
  };

  /** Gives the pointer back and forgets the corners. */
  stop(): void {
    this.pointing = false;
    this.corners = [];
    this.rooms.picking.reclaim(this.pointer);
    this.draw();
  }

  render(): void {
    const { say, corners, pointing } = this;
    const { start, done } = this.drawn();
    const label = pointing ? say('pointing.stop') : start;
    const middle = button({ label: say('center.corners'), text: say('center.corners'), press: () => this.rooms.picking.chooseCenter() });
    const undo = button({ label: say('corners.undo'), text: say('corners.undo'), press: () => { this.corners.pop(); this.draw(); } });
    const close = button({ label: done, text: done, class: 'utrecht-button--primary-action', press: () => { this.finish(); } });
    undo.disabled = corners.length === 0;
    close.disabled = corners.length < 3;
    const focused = [...this.element.querySelectorAll('button')].findIndex((element) => element === document.activeElement);
    this.element.replaceChildren(
      h('div', { class: 'row' }, button({ label, text: label, class: pointing ? 'utrecht-button--subtle' : 'utrecht-button--primary-action', pressed: pointing, press: () => { this.toggle(); } }), ...(pointing ? [middle, undo, close] : [])),
      h('p', { class: 'note', role: 'status' }, pointing ? say('help.corners', { count: corners.length }) : ''),
    );
    if (focused >= 0) this.element.querySelectorAll('button')[focused]?.focus();
  }

  private toggle(): void {
    const start = !this.pointing;
    this.stop();
    this.pointing = start;
    if (start) this.rooms.picking.lend(this.pointer);
    this.render();
  }

  private finish(): void {
    const ring = this.corners.map(([x, y]): Place => [millimetres(x), millimetres(y)]);
    this.stop();
    this.drawn().finish(ring);
  }

  private draw(): void {
    const { colour } = this.drawn();
    const points = this.corners.map((corner) => this.rooms.frame.fromRd(corner));
    const closed = points.length > 2 ? [...points, points[0] as Vector3] : points;
    const tint = colour === undefined ? {} : { colour };
    const area: Shape[] = points.length > 2 ? [{ kind: 'area', points, ...tint }] : [];
    this.sketch.draw([...area, { kind: 'line', points: closed, ...tint }, ...points.map((at): Shape => ({ kind: 'dot', at, ...tint }))]);
    this.render();
  }
}
