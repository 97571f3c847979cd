import { Color, DirectionalLight, Fog, HemisphereLight, PCFShadowMap, PerspectiveCamera, Scene, Vector3, WebGLRenderer } from 'three';

const SKY = new Color('#e9eff4');
const FIELD_OF_VIEW = 45;
// An afternoon in June: from the side of the first view, so that shadows show what is high.
const SUN = new Vector3(-0.74, -0.3, 0.72).normalize();
const SHADOW_TEXELS = 2048;
const SHADOW_REACH = 900;
const SLOWEST_FRAME = 0.5;

type Step = (seconds: number) => boolean;

/** Canvas, camera and light; draws a frame only when somebody asked for one. */
export class Stage {
  readonly renderer: WebGLRenderer;
  readonly scene = new Scene();
  readonly camera = new PerspectiveCamera(FIELD_OF_VIEW, 1, 1, 20000);
  private readonly sun = new DirectionalLight('#fff6e8', 2.1);
  private readonly steps: Step[] = [];
  private readonly resized: (() => void)[] = [];
  private requested = 0;
  private last = 0;
  private running = false;
  private shadowKey = '';

  /** Throws when the browser has no WebGL 2. */
  constructor(private readonly host: HTMLElement) {
    this.renderer = new WebGLRenderer({ antialias: true, powerPreference: 'high-performance' });
    this.renderer.setPixelRatio(Math.min(window.devicePixelRatio, 2));
    this.renderer.shadowMap.enabled = true;
    this.renderer.shadowMap.type = PCFShadowMap;
    this.renderer.shadowMap.autoUpdate = false;
    this.scene.background = SKY;
    this.scene.fog = new Fog(SKY, 1500, 12000);
    this.camera.up.set(0, 0, 1);
    this.light();
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

  /** Shadows are drawn anew with the next frame. */
  refreshShadows(): void {
    this.shadowKey = '';
    this.invalidate();
  }

  private frame = (now: number): void => {
    this.requested = 0;
    // The first step after a pause is one ordinary frame long, so that damping does not jump.
    const seconds = this.running ? Math.min((now - this.last) / 1000, SLOWEST_FRAME) : 1 / 60;
    this.last = now;
    const more = this.steps.map((step) => step(seconds)).some(Boolean);
    this.running = more;
    this.fitDepth();
    if (!more) this.fitShadows();
    this.renderer.render(this.scene, this.camera);
    if (more) this.invalidate();
  };

  private light(): void {
    const { sun } = this;
    sun.castShadow = true;
    sun.shadow.mapSize.set(SHADOW_TEXELS, SHADOW_TEXELS);
    sun.shadow.intensity = 0.62;
    sun.shadow.normalBias = 0.6;
    const sky = new HemisphereLight('#f2f6ff', '#b9ad9d', 1.8);
    sky.position.set(0, 0, 1);
    this.scene.add(sky, sun, sun.target);
  }

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

  // The map of shadows covers what the camera looks at, in steps of its own size, and is drawn anew only when
  // the view has come to rest somewhere else.
  private fitShadows(): void {
    const { position } = this.camera;
    const forward = this.camera.getWorldDirection(new Vector3());
    const distance = Math.min(position.z / Math.max(-forward.z, 0.15), SHADOW_REACH * 2);
    const reach = Math.min(SHADOW_REACH, 2 ** Math.ceil(Math.log2(Math.max(distance * 0.9, 120))));
    const step = reach / 4;
    const center = position.clone().addScaledVector(forward, distance);
    center.set(Math.round(center.x / step) * step, Math.round(center.y / step) * step, 0);
    const key = [center.x, center.y, reach].join();
    if (key === this.shadowKey) return;
    this.shadowKey = key;
    const { sun } = this;
    sun.target.position.copy(center);
    sun.position.copy(center).addScaledVector(SUN, reach * 2);
    sun.target.updateMatrixWorld();
    Object.assign(sun.shadow.camera, { left: -reach, right: reach, top: reach, bottom: -reach, near: 1, far: reach * 4 });
    sun.shadow.camera.updateProjectionMatrix();
    this.renderer.shadowMap.needsUpdate = true;
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
