import { Color, NoToneMapping, OrthographicCamera, WebGLRenderTarget, type Box2 } from 'three';
import type { Stage } from '../scene/stage';
import type { City } from './city';
import { PASS, sight } from './sight';

// Above all that stands, and nearer to the ground than where fog begins.
const HEIGHT = 400;
// Linear light as the screen shows it (sRGB).
const SHOWN = Uint8ClampedArray.from({ length: 256 }, (_, value) => {
  const light = value / 255;
  return 255 * (light <= 0.0031308 ? 12.92 * light : 1.055 * light ** (1 / 2.4) - 0.055);
});

/** The city from straight above, north up, in coarse tiles. */
export class FromAbove {
  private readonly camera = new OrthographicCamera();

  /** `area` in the scene's own metres. */
  constructor(
    private readonly stage: Stage,
    private readonly city: City,
    area: Box2,
    private readonly width: number,
    private readonly height: number,
  ) {
    const { min, max } = area;
    const [across, along] = [(max.x - min.x) / 2, (max.y - min.y) / 2];
    Object.assign(this.camera, { left: -across, right: across, top: along, bottom: -along, near: 1, far: 2 * HEIGHT });
    this.camera.position.set((min.x + max.x) / 2, (min.y + max.y) / 2, HEIGHT);
    this.camera.updateProjectionMatrix();
    this.camera.updateMatrixWorld();
  }

  /** Has the tiles fetched, or lets them go. */
  attend(attended: boolean): void {
    this.city.attend(this.camera, attended ? Math.max(this.width, this.height) : null);
  }

  /** Draws what is loaded on a canvas, without shadows and with nothing where there is no city. */
  draw(canvas: HTMLCanvasElement): void {
    const { stage, width, height } = this;
    const { renderer, scene, light } = stage;
    const target = new WebGLRenderTarget(width, height, { samples: 4 });
    const before = { background: scene.background, colour: renderer.getClearColor(new Color()), alpha: renderer.getClearAlpha(), tone: renderer.toneMapping, dark: light.shadow.intensity, pass: sight.uniforms.sightPass.value, needsUpdate: renderer.shadowMap.needsUpdate };
    scene.background = null;
    renderer.setClearColor('#ffffff', 0);
    renderer.toneMapping = NoToneMapping;
    renderer.shadowMap.needsUpdate = false;
    light.shadow.intensity = 0;
    sight.uniforms.sightPass.value = PASS.plain;
    renderer.setRenderTarget(target);
    renderer.clear();
    renderer.render(scene, this.camera);
    renderer.setRenderTarget(null);
    const pixels = new Uint8Array(width * height * 4);
    renderer.readRenderTargetPixels(target, 0, 0, width, height, pixels);
    target.dispose();
    scene.background = before.background;
    renderer.setClearColor(before.colour, before.alpha);
    renderer.toneMapping = before.tone;
    renderer.shadowMap.needsUpdate = before.needsUpdate;
    light.shadow.intensity = before.dark;
    sight.uniforms.sightPass.value = before.pass;
    put(canvas, pixels, width, height);
  }
}

// Graphics cards count rows from below.
function put(canvas: HTMLCanvasElement, pixels: Uint8Array, width: number, height: number): void {
  Object.assign(canvas, { width, height });
  const image = new ImageData(width, height);
  for (let row = 0; row < height; row++) {
    const [from, to] = [(height - 1 - row) * width * 4, row * width * 4];
    for (let at = 0; at < width * 4; at++) {
      const value = pixels[from + at] as number;
      image.data[to + at] = at % 4 === 3 ? value : (SHOWN[value] as number);
    }
  }
  canvas.getContext('2d')?.putImageData(image, 0, 0);
}
