import type { DirectionalLight } from 'three';
import type { Strip } from '../../../scene/stage';
import { sides, type Side } from '../../../tiles/sides';
import { h } from '../../../ui/dom';
import type { Rooms } from '../../tool';
import type { Drawing } from '../drawing';
import { cutIn, letterDivider } from './lettering';

const STEP = 2;
const FAR = 10;

type ShadowMap = DirectionalLight['shadow']['map'];

/** Two cities in one view: left of a divider that, right of it this. */
export class Split {
  /** The divider was let go. */
  onDrop: () => void = () => undefined;
  private share = 50;
  private on = false;
  private held = false;
  private otherShadows: ShadowMap = null;
  private readonly divider = h('div', { class: 'divider', role: 'slider', tabindex: 0, 'aria-valuemin': 0, 'aria-valuemax': 100, 'aria-orientation': 'horizontal' });
  private readonly names = { there: h('div', { class: 'divider__name divider__name--there' }), here: h('div', { class: 'divider__name divider__name--here' }) };

  constructor(
    private readonly rooms: Rooms,
    private readonly drawings: Readonly<Record<Side, Drawing>>,
  ) {
    const { divider } = this;
    divider.append(this.names.there, this.names.here);
    divider.addEventListener('pointerdown', (event) => {
      if (event.button !== 0) return;
      divider.setPointerCapture(event.pointerId);
      this.held = true;
      event.preventDefault();
      divider.focus();
    });
    divider.addEventListener('pointermove', ({ clientX }) => {
      if (!this.held) return;
      const { left, width } = rooms.stage.canvas.getBoundingClientRect();
      this.at = ((clientX - left) / width) * 100;
    });
    for (const end of ['pointerup', 'pointercancel'] as const) {
      divider.addEventListener(end, () => {
        if (this.held) this.onDrop();
        this.held = false;
      });
    }
    divider.addEventListener('keydown', (event) => {
      const to = { ArrowLeft: this.share - STEP, ArrowDown: this.share - STEP, ArrowRight: this.share + STEP, ArrowUp: this.share + STEP, PageDown: this.share - FAR, PageUp: this.share + FAR, Home: 0, End: 100 }[event.key];
      if (to === undefined || event.ctrlKey || event.metaKey || event.altKey) return;
      event.preventDefault();
      this.at = to;
      this.onDrop();
    });
  }

  /** Where the divider stands, in hundredths of the width. */
  get at(): number {
    return this.share;
  }

  set at(share: number) {
    this.share = Math.min(100, Math.max(0, share));
    this.divider.style.left = `${this.share}%`;
    this.divider.setAttribute('aria-valuenow', String(Math.round(this.share)));
    this.divider.dataset['near'] = this.share < 20 ? 'left' : this.share > 80 ? 'right' : '';
    if (this.on) sides.cut = this.share / 50 - 1;
    this.rooms.stage.invalidate();
  }

  /** Says what is on either side. */
  name(label: string, there: string, here: string): void {
    this.divider.setAttribute('aria-label', label);
    this.names.there.textContent = there;
    this.names.here.textContent = here;
  }

  start(): void {
    const { stage } = this.rooms;
    if (this.on) return;
    this.on = true;
    stage.canvas.after(this.divider);
    this.at = this.share;
    stage.drawBy({
      draw: (draw, strip) => {
        this.draw(draw, strip);
      },
      letter: (paper) => {
        const { there, here } = this.names;
        letterDivider(paper, { share: this.share / 100, there: there.textContent, here: here.textContent, unit: paper.canvas.width / stage.canvas.clientWidth });
      },
    });
    stage.refreshShadows();
  }

  stop(): void {
    const { stage } = this.rooms;
    if (!this.on) return;
    this.on = false;
    sides.cut = null;
    this.divider.remove();
    this.otherShadows?.dispose();
    this.otherShadows = null;
    stage.drawBy(null);
    stage.refreshShadows();
  }

  // The city at hand comes last, so that whoever draws or points without knowing of two cities means that one.
  private draw(draw: () => void, strip: Strip): void {
    const { renderer, light, canvas } = this.rooms.stage;
    const [width, height] = [canvas.clientWidth, canvas.clientHeight];
    const cut = Math.round(width * cutIn(strip, this.share / 100));
    const anew = renderer.shadowMap.needsUpdate || this.otherShadows === null;
    const { shadow } = light;
    const ownShadows = shadow.map;
    if (this.otherShadows && this.otherShadows.width !== shadow.mapSize.x) {
      this.otherShadows.dispose();
      this.otherShadows = null;
    }
    renderer.setScissorTest(true);
    this.turn('there');
    shadow.map = this.otherShadows;
    renderer.shadowMap.needsUpdate = anew;
    renderer.setScissor(0, 0, cut, height);
    draw();
    this.otherShadows = shadow.map;
    this.turn('here');
    shadow.map = ownShadows;
    renderer.shadowMap.needsUpdate = anew;
    renderer.setScissor(cut, 0, width - cut, height);
    draw();
    renderer.setScissorTest(false);
  }

  private turn(side: Side): void {
    sides.turn(side);
    this.drawings.here.visible = side === 'here';
    this.drawings.there.visible = side === 'there';
  }
}
