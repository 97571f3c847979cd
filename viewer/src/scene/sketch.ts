import {
  BufferGeometry,
  Color,
  DoubleSide,
  Float32BufferAttribute,
  Group,
  Mesh,
  MeshBasicMaterial,
  Scene,
  ShapeUtils,
  Vector2,
  Vector3,
} from 'three';
import { Line2 } from 'three/addons/lines/Line2.js';
import { LineGeometry } from 'three/addons/lines/LineGeometry.js';
import { LineMaterial } from 'three/addons/lines/LineMaterial.js';
import { CSS2DObject, CSS2DRenderer } from 'three/addons/renderers/CSS2DRenderer.js';
import type { Stage } from './stage';

/** What a tool draws over the city, in the scene's own metres. */
export type Shape =
  | { readonly kind: 'line'; readonly points: readonly Vector3[]; readonly colour?: string; readonly dashed?: boolean }
  | { readonly kind: 'area'; readonly points: readonly Vector3[]; readonly colour?: string }
  | { readonly kind: 'dot'; readonly at: Vector3; readonly colour?: string }
  | { readonly kind: 'label'; readonly at: Vector3; readonly text: string };

const INK = '#7a0e5a';
const WIDTH = 3;
// Drawn after the city, so that a line behind a building still shows.
const ABOVE = 10;

let labels: CSS2DRenderer | null = null;
const labelled = new Scene();

/** Lines, areas, dots and labels over the city; each `draw` replaces what was drawn before. */
export class Sketch {
  private readonly group = new Group();
  private readonly words = new Group();

  constructor(private readonly stage: Stage) {
    startLabels(stage);
    stage.scene.add(this.group);
    labelled.add(this.words);
  }

  draw(shapes: readonly Shape[]): void {
    this.clear();
    for (const shape of shapes) {
      if (shape.kind === 'label') this.words.add(labelOf(shape.at, shape.text));
      else if (shape.kind === 'dot') this.words.add(dotOf(shape.at, shape.colour ?? INK));
      else if (shape.kind === 'area') this.group.add(areaOf(shape.points, shape.colour ?? INK));
      else if (shape.points.length > 1) this.group.add(lineOf(shape.points, shape.colour ?? INK, shape.dashed ?? false));
    }
    this.stage.invalidate();
  }

  clear(): void {
    for (const child of [...this.group.children]) {
      this.group.remove(child);
      if (child instanceof Mesh) {
        (child.geometry as BufferGeometry).dispose();
        (child.material as MeshBasicMaterial).dispose();
      }
    }
    // A label takes its element with it only when it is removed itself.
    for (const child of [...this.words.children]) this.words.remove(child);
    this.stage.invalidate();
  }
}

function startLabels(stage: Stage): void {
  if (labels) return;
  const renderer = (labels = new CSS2DRenderer());
  renderer.domElement.className = 'labels';
  renderer.domElement.setAttribute('aria-hidden', 'true');
  stage.canvas.after(renderer.domElement);
  stage.onResize(() => {
    renderer.setSize(stage.canvas.clientWidth, stage.canvas.clientHeight);
  });
  stage.beforeFrame(() => {
    renderer.render(labelled, stage.camera);
    return false;
  });
}

function labelOf(at: Vector3, words: string): CSS2DObject {
  const element = document.createElement('div');
  element.className = 'label';
  element.textContent = words;
  const label = new CSS2DObject(element);
  label.position.copy(at);
  label.center.set(0.5, 1.4);
  return label;
}

function dotOf(at: Vector3, colour: string): CSS2DObject {
  const element = document.createElement('div');
  element.className = 'dot';
  element.style.backgroundColor = colour;
  const dot = new CSS2DObject(element);
  dot.position.copy(at);
  return dot;
}

function lineOf(points: readonly Vector3[], colour: string, dashed: boolean): Line2 {
  const material = new LineMaterial({ color: colour, linewidth: WIDTH, dashed, dashSize: 2, gapSize: 1.5, depthTest: false, fog: false });
  const geometry = new LineGeometry();
  geometry.setPositions(points.flatMap((point) => point.toArray()));
  const line = new Line2(geometry, material);
  if (dashed) line.computeLineDistances();
  line.renderOrder = ABOVE;
  return line;
}

function areaOf(points: readonly Vector3[], colour: string): Mesh {
  const geometry = new BufferGeometry();
  geometry.setAttribute('position', new Float32BufferAttribute(points.flatMap((point) => point.toArray()), 3));
  geometry.setIndex(ShapeUtils.triangulateShape(points.map(({ x, y }) => new Vector2(x, y)), []).flat());
  const material = new MeshBasicMaterial({ color: new Color(colour), transparent: true, opacity: 0.3, side: DoubleSide, depthTest: false, fog: false });
  const mesh = new Mesh(geometry, material);
  mesh.renderOrder = ABOVE - 1;
  return mesh;
}
