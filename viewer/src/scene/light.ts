import { Color, DirectionalLight, HemisphereLight, Vector3, type OrthographicCamera, type Camera, type Fog, type Scene, type WebGLRenderer } from 'three';

// An afternoon in June: from the side of the first view, so that shadows show what is high.
const AFTERNOON = new Vector3(-0.74, -0.3, 0.72).normalize();
const DAY = new Color('#e9eff4');
const DUSK = new Color('#8fa0b4');
const NIGHT = new Color('#2c3a4c');
const SUNLIGHT = 2.1;
const SKYLIGHT = 1.8;
const TEXELS = 2048;
const FINE_TEXELS = 4096;
const REACH = 900;
// Below this the sun only grazes: shadows would be longer than the map of them.
const LOWEST = Math.sin((0.8 * Math.PI) / 180);

/** Sun and sky, and the map of shadows that follows the camera. */
export class Light {
  private readonly sun = new DirectionalLight('#fff6e8', SUNLIGHT);
  private readonly sky = new HemisphereLight('#f2f6ff', '#b9ad9d', SKYLIGHT);
  private readonly direction = AFTERNOON.clone();
  private key = '';

  constructor(private readonly scene: Scene) {
    const { sun, sky } = this;
    sun.castShadow = true;
    sun.shadow.mapSize.set(TEXELS, TEXELS);
    sun.shadow.intensity = 0.62;
    sky.position.set(0, 0, 1);
    scene.add(sky, sun, sun.target);
  }

  /** Puts the sun in a direction from the city (east, north, up); null for the light of the map, an afternoon. */
  shineFrom(direction: Vector3 | null): void {
    this.direction.copy(direction ?? AFTERNOON).normalize();
    const up = this.direction.z;
    // Daylight fades with the sun: full from 10 degrees, gone at 6 degrees below the horizon (civil twilight).
    const day = direction === null ? 1 : smooth(-0.1, 0.17, up);
    this.sun.intensity = up <= 0 ? 0 : SUNLIGHT * (direction === null ? 1 : smooth(-0.02, 0.2, up));
    this.sky.intensity = SKYLIGHT * (0.3 + 0.7 * day);
    const sky = day > 0.5 ? DUSK.clone().lerp(DAY, day * 2 - 1) : NIGHT.clone().lerp(DUSK, day * 2);
    (this.scene.background as Color).copy(sky);
    (this.scene.fog as Fog).color.copy(sky);
    this.sun.castShadow = up > LOWEST;
    // A study of shadows looks at their edges; the map of a visitor on the move needs speed.
    this.resolve(direction === null ? TEXELS : FINE_TEXELS);
    this.refresh();
  }

  /** The map of shadows of the sun; whoever draws two cities in a frame gives each its own. */
  get shadow(): DirectionalLight['shadow'] {
    return this.sun.shadow;
  }

  /** Looks from the sun on all that may throw a shadow into the view. */
  get camera(): OrthographicCamera {
    return this.sun.shadow.camera;
  }

  /** Shadows are drawn anew with the next frame. */
  refresh(): void {
    this.key = '';
  }

  /**
   * Fits the map of shadows to what the camera looks at, in steps of its own size, and has it drawn anew only when
   * the view has come to rest somewhere else. Tells whether it has.
   */
  fit(camera: Camera, renderer: WebGLRenderer): boolean {
    const { position } = camera;
    const forward = camera.getWorldDirection(new Vector3());
    const distance = Math.min(position.z / Math.max(-forward.z, 0.15), REACH * 2);
    const reach = Math.min(REACH, 2 ** Math.ceil(Math.log2(Math.max(distance * 0.9, 120))));
    const step = reach / 4;
    const center = position.clone().addScaledVector(forward, distance);
    center.set(Math.round(center.x / step) * step, Math.round(center.y / step) * step, 0);
    const key = [center.x, center.y, reach].join();
    if (key === this.key) return false;
    this.key = key;
    const { sun } = this;
    sun.target.position.copy(center);
    sun.position.copy(center).addScaledVector(this.direction, reach * 2);
    sun.target.updateMatrixWorld();
    Object.assign(sun.shadow.camera, { left: -reach, right: reach, top: reach, bottom: -reach, near: 1, far: reach * 4 });
    sun.shadow.camera.updateProjectionMatrix();
    // As much as a texel of the map may be off: shadows seen from near then begin at the wall.
    sun.shadow.normalBias = Math.min(0.6, Math.max(0.06, (3 * reach) / sun.shadow.mapSize.x));
    sun.updateMatrixWorld();
    sun.shadow.updateMatrices(sun);
    renderer.shadowMap.needsUpdate = true;
    return true;
  }

  private resolve(texels: number): void {
    const { shadow } = this.sun;
    if (shadow.mapSize.x === texels) return;
    shadow.mapSize.set(texels, texels);
    shadow.map?.dispose();
    shadow.map = null;
  }
}

function smooth(from: number, to: number, value: number): number {
  const share = Math.min(1, Math.max(0, (value - from) / (to - from)));
  return share * share * (3 - 2 * share);
}
