import { formatNumber } from '../../format/values';
import { Sketch } from '../../scene/sketch';
import { speaker } from '../../ui/context';
import { button, h } from '../../ui/dom';
import type { Rooms } from '../tool';
import { Corners } from './corners';
import { areaOf } from './outline';
import type { Plan } from './plan';
import { words } from './words';

const COLOUR = '#0b6b5d';

/** The ground that the figures count over: drawn by the planner, or else what the server takes for it. */
export class PlanArea {
  readonly element = h('details', { class: 'scenario__part', 'data-part': 'area' });
  private readonly say;
  private readonly sketch;
  private readonly corners;

  constructor(
    private readonly rooms: Rooms,
    private readonly plan: Plan,
  ) {
    this.say = speaker(rooms, words);
    this.sketch = new Sketch(rooms.stage);
    this.corners = new Corners(rooms, () => ({
      start: this.say('area.point'),
      done: this.say('area.done'),
      colour: COLOUR,
      finish: (ring) => {
        this.plan.do({ ...this.plan.now, area: ring });
        this.element.querySelector('summary')?.focus();
      },
    }));
    this.render();
  }

  stop(): void {
    this.corners.stop();
  }

  render(): void {
    const { say } = this;
    const { language } = this.rooms.store.get();
    const ring = this.plan.now.area;
    const clear = button({
      label: say('area.clear'),
      text: say('area.clear'),
      class: 'utrecht-button--subtle chip',
      press: () => {
        this.plan.do({ ...this.plan.now, area: null });
        this.element.querySelector('summary')?.focus();
      },
    });
    this.corners.render();
    const focused = this.element.contains(document.activeElement) ? document.activeElement : null;
    this.element.replaceChildren(
      h('summary', {}, say('area.heading')),
      h(
        'div',
        { class: 'stack scenario__form' },
        h('p', { class: 'note' }, ring ? say('area.now', { m2: formatNumber(language, areaOf(ring), 0) }) : say('area.none')),
        this.corners.element,
        ring ? h('div', { class: 'row' }, clear) : null,
      ),
    );
    if (focused instanceof HTMLElement && this.element.contains(focused)) focused.focus();
    this.draw();
  }

  // On the level of the middle of the view: the ring itself has no height.
  private draw(): void {
    const ring = this.plan.now.area;
    if (!ring) {
      this.sketch.clear();
      return;
    }
    const { frame, navigation } = this.rooms;
    const level = frame.toRd(navigation.center())[2];
    const points = ring.map(([x, y]) => frame.fromRd([x, y, level]));
    const [first] = points;
    if (first) this.sketch.draw([{ kind: 'line', points: [...points, first], colour: COLOUR }]);
  }
}
