import { Color, CubeCamera, NearestFilter, OrthographicCamera, WebGLCubeRenderTarget, WebGLRenderTarget, type Vector3 } from 'three';
import type { Stage } from '../../scene/stage';
import type { City } from '../../tiles/city';
import { COLOURED } from '../../colour/source';
import { FAR_STEPS, PASS, sight, SOLID } from '../../tiles/sight';

const FACE = 2048;
// A phone has less memory to give.
const SMALL_FACE = 1024;
const NEAREST = 0.2;
// Texels of a pand that are a glimpse of it, and not a chink between two others.
const GLIMPSE = 3;
// Of the picture from above in which seen and unseen are counted.
const COUNTED = 1024;
// The highest that eyes and roofs are.
const ABOVE = 500;
// Metres per pixel for which tiles around the eye are fetched: their finest level, in view or not.
const FINEST = 0.2;

/** What can be seen of what lies within reach, as one looks on it from above [m²]. */
export interface Share {
  readonly seen: number;
  readonly unseen: number;
}

/** A pand that is seen, and how far its nearest place in sight is on the map [m]. */
export interface Seen {
  readonly id: string;
  readonly distance: number;
}

/** Paints on the city what is seen from a point. */
export class Viewshed {
  private readonly target = new WebGLCubeRenderTarget(window.matchMedia('(pointer: coarse)').matches ? SMALL_FACE : FACE, {
    minFilter: NearestFilter,
    magFilter: NearestFilter,
    generateMipmaps: false,
  });
  // As fine as a window at a hundred metres.
  private readonly around = new WebGLCubeRenderTarget(this.target.width / 2, { minFilter: NearestFilter, magFilter: NearestFilter, generateMipmaps: false });
  private readonly above = new OrthographicCamera();
  private readonly counted = new WebGLRenderTarget(COUNTED, COUNTED, { minFilter: NearestFilter, magFilter: NearestFilter, generateMipmaps: false });

  constructor(
    private readonly stage: Stage,
    private readonly city: City,
  ) {
    this.above.layers.set(SOLID);
    this.above.up.set(0, 1, 0);
  }

  /** Has the tiles around a point fetched, also where the camera does not look; null lets them go. */
  attend(eye: Vector3 | null, reach: number): void {
    const { above } = this;
    if (eye) {
      Object.assign(above, { left: -reach, right: reach, top: reach, bottom: -reach, near: 0, far: 2 * ABOVE });
      above.position.set(eye.x, eye.y, eye.z + ABOVE);
      above.lookAt(eye.x, eye.y, eye.z);
      above.updateProjectionMatrix();
      above.updateMatrixWorld();
    }
    this.city.attend(above, eye ? (2 * reach) / FINEST : null);
    if (!eye) this.stop();
  }

  /** Looks around from a point, and tells how much is seen. */
  look(eye: Vector3, reach: number): Share {
    const { renderer } = this.stage;
    const { uniforms } = sight;
    uniforms.sightFrom.value.copy(eye);
    const far = reach + ABOVE;
    uniforms.sightReach.value = reach;
    uniforms.sightFar.value = far;
    uniforms.sightTexel.value = 2 / this.target.width;
    const around = new CubeCamera(NEAREST, far, this.target);
    around.layers.set(SOLID);
    around.position.copy(eye);
    this.drawn(PASS.depth, new Color('#ffffff'), () => {
      around.update(renderer, this.stage.scene);
    });
    uniforms.sightDepth.value = this.target.texture;
    const share = this.count(reach);
    uniforms.sightPass.value = PASS.paint;
    this.stage.invalidate();
    return share;
  }

  /** The panden that are seen within reach of where was last looked from, the nearest first. */
  panden(eye: Vector3, reach: number): Seen[] {
    const { renderer, scene } = this.stage;
    const known: string[] = [''];
    for (const { features, material } of this.city.loaded()) {
      const counted = features.length > 0 && features.every(({ collection }) => collection === COLOURED);
      material.number = counted ? known.length : 0;
      if (counted) known.push(...features.map(({ id }) => id));
    }
    const camera = new CubeCamera(NEAREST, reach + ABOVE, this.around);
    camera.layers.set(SOLID);
    camera.position.copy(eye);
    this.drawn(PASS.who, new Color('#000000'), () => {
      camera.update(renderer, scene);
    });
    sight.uniforms.sightPass.value = PASS.paint;
    const { width } = this.around;
    const pixels = new Uint8Array(width * width * 4);
    const nearest = new Map<string, { steps: number; count: number }>();
    for (let face = 0; face < 6; face++) {
      renderer.readRenderTargetPixels(this.around, 0, 0, width, width, pixels, face);
      for (let at = 0; at < pixels.length; at += 4) {
        const mixed = pixels[at + 2] as number;
        const id = known[(pixels[at] as number) | ((pixels[at + 1] as number) << 8) | ((mixed >> 4) << 16)];
        if (!id) continue;
        const steps = ((mixed & 15) << 8) | (pixels[at + 3] as number);
        const one = nearest.get(id);
        if (!one) nearest.set(id, { steps, count: 1 });
        else {
          one.count++;
          one.steps = Math.min(one.steps, steps);
        }
      }
    }
    return [...nearest]
      .filter(([, { count }]) => count >= GLIMPSE)
      .map(([id, { steps }]) => ({ id, distance: (steps / FAR_STEPS) * reach }))
      .sort((a, b) => a.distance - b.distance);
  }

  /** Takes the paint off. */
  stop(): void {
    sight.uniforms.sightPass.value = PASS.plain;
    this.stage.invalidate();
  }

  private count(reach: number): Share {
    const { renderer, scene } = this.stage;
    this.drawn(PASS.verdict, new Color('#000000'), () => {
      renderer.setRenderTarget(this.counted);
      renderer.render(scene, this.above);
      renderer.setRenderTarget(null);
    });
    const pixels = new Uint8Array(COUNTED * COUNTED * 4);
    renderer.readRenderTargetPixels(this.counted, 0, 0, COUNTED, COUNTED, pixels);
    let [seen, unseen] = [0, 0];
    for (let at = 0; at < pixels.length; at += 4) {
      if (pixels[at] === 255) seen++;
      else if (pixels[at + 1] === 255) unseen++;
    }
    const area = ((2 * reach) / COUNTED) ** 2;
    return { seen: seen * area, unseen: unseen * area };
  }

  // Draws the scene for another purpose than the screen: nothing behind it, and shadows left as they are.
  private drawn(pass: number, empty: Color, draw: () => void): void {
    const { renderer, scene } = this.stage;
    const { background } = scene;
    const colour = renderer.getClearColor(new Color());
    const alpha = renderer.getClearAlpha();
    const { needsUpdate } = renderer.shadowMap;
    // What is drawn into may not be read meanwhile.
    if (pass === PASS.depth) sight.uniforms.sightDepth.value = null;
    sight.uniforms.sightPass.value = pass;
    renderer.shadowMap.needsUpdate = false;
    scene.background = null;
    renderer.setClearColor(empty, 1);
    draw();
    renderer.setClearColor(colour, alpha);
    scene.background = background;
    renderer.shadowMap.needsUpdate = needsUpdate;
  }
}
