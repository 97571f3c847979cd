import { Color, Fog, PCFShadowMap, PerspectiveCamera, Scene, WebGLRenderer } from 'three';
import { Light } from './light';

const SKY = '#e9eff4';
export const FIELD_OF_VIEW = 45;
const SLOWEST_FRAME = 0.5;

type Step = (seconds: number) => boolean;

/** Part of the width of the view, 0 to 1 from left to right. */
export interface Strip {
  readonly from: number;
  readonly to: number;
}
const WHOLE: Strip = { from: 0, to: 1 };

/** How a frame is drawn. */
export interface Way {
  /** Draws the scene as often as it needs for that strip of the view. */
  draw(draw: () => void, strip: Strip): void;
  /** Puts on a picture of the view what lies over it on the screen. */
  letter?(paper: CanvasRenderingContext2D): void;
}
const AT_ONCE: Way = {
  draw: (draw) => {
    draw();
  },
};

/** Canvas, camera and light; draws a frame only when somebody asked for one. */
export class Stage {
  readonly renderer: WebGLRenderer;
  readonly scene = new Scene();
  readonly camera = new PerspectiveCamera(FIELD_OF_VIEW, 1, 1, 20000);
  readonly light: Light;
  private readonly steps: Step[] = [];
  private readonly resized: (() => void)[] = [];
  private readonly moved: (() => void)[] = [];
  private requested = 0;
  private last = 0;
  private running = false;
  private way = AT_ONCE;

  /** Throws when the browser has no WebGL 2. */
  constructor(private readonly host: HTMLElement) {
    this.renderer = new WebGLRenderer({ antialias: true, powerPreference: 'high-performance' });
    this.renderer.setPixelRatio(Math.min(window.devicePixelRatio, 2));
    this.renderer.shadowMap.enabled = true;
    this.renderer.shadowMap.type = PCFShadowMap;
    this.renderer.shadowMap.autoUpdate = false;
    this.renderer.localClippingEnabled = true;
    this.scene.background = new Color(SKY);
    this.scene.fog = new Fog(SKY, 1500, 12000);
    this.camera.up.set(0, 0, 1);
    this.light = new Light(this.scene);
    host.prepend(this.canvas);
    new ResizeObserver(() => {
      this.resize();
    }).observe(host);
    this.resize();
  }

  get canvas(): HTMLCanvasElement {
    return this.renderer.domElement;
  }

  /** Adds work before each drawn frame; a step that returns true asks for another frame. */
  beforeFrame(step: Step): void {
    this.steps.push(step);
  }

  onResize(listener: () => void): void {
    this.resized.push(listener);
    listener();
  }

  /** Asks for a frame. */
  invalidate = (): void => {
    if (this.requested === 0) this.requested = requestAnimationFrame(this.frame);
  };

  /** Calls `listener` when solids come, go or move: what casts a shadow also blocks a view. */
  onSolids(listener: () => void): void {
    this.moved.push(listener);
  }

  /** Has frames drawn in another way than all at once; null gives that back. */
  drawBy(way: Way | null): void {
    this.way = way ?? AT_ONCE;
    this.invalidate();
  }

  /** Draws the scene now; `strip` says which part of the view the camera has been set to. */
  draw(strip: Strip = WHOLE): void {
    this.way.draw(() => {
      this.renderer.render(this.scene, this.camera);
    }, strip);
  }

  /** Puts on a picture of the whole view what lies over it on the screen. */
  letter(paper: CanvasRenderingContext2D): void {
    this.way.letter?.(paper);
  }

  /** Shadows are drawn anew with the next frame. */
  refreshShadows(): void {
    this.moved.forEach((listener) => {
      listener();
    });
    this.light.refresh();
    this.invalidate();
  }

  /** Brings depth and shadows up to date with the camera at once, for a picture outside the frames. */
  settle(): void {
    this.fitDepth();
    this.light.fit(this.camera, this.renderer);
  }

  /** Metres that a pixel of the screen spans at a distance in front of the camera [m]. */
  metresPerPixel(distance: number): number {
    return (2 * distance * Math.tan((this.camera.fov * Math.PI) / 360)) / this.canvas.clientHeight;
  }

  private frame = (now: number): void => {
    this.requested = 0;
    // The first step after a pause is one ordinary frame long, so that damping does not jump.
    const seconds = this.running ? Math.min((now - this.last) / 1000, SLOWEST_FRAME) : 1 / 60;
    this.last = now;
    const more = this.steps.map((step) => step(seconds)).some(Boolean);
    this.running = more;
    this.fitDepth();
    // Once more where the sun looks elsewhere: what it sees there may have to be fetched first.
    if (!more && this.light.fit(this.camera, this.renderer)) this.invalidate();
    this.draw();
    if (more) this.invalidate();
  };

  // Near and far follow the height above the city, which keeps the depth buffer fine enough for kerbs.
  private fitDepth(): void {
    const height = Math.max(this.camera.position.z, 10);
    this.camera.near = Math.max(0.5, height * 0.05);
    this.camera.far = height * 30 + 4000;
    this.camera.updateProjectionMatrix();
    const fog = this.scene.fog as Fog;
    fog.near = height * 5 + 600;
    fog.far = height * 16 + 4000;
  }

  private resize(): void {
    const { clientWidth: width, clientHeight: height } = this.host;
    if (width === 0 || height === 0) return;
    this.renderer.setSize(width, height);
    this.camera.aspect = width / height;
    this.camera.updateProjectionMatrix();
    this.resized.forEach((listener) => {
      listener();
    });
    this.invalidate();
  }
}
