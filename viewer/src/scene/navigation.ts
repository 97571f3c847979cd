import { EnvironmentControls } from '3d-tiles-renderer/three';
import { MathUtils, Plane, Raycaster, Vector2, Vector3, type Object3D, type PerspectiveCamera } from 'three';
import { headingAndPitch, orientation, type Frame, type Pose } from '../geo/frame';
import { linkable } from '../state/permalink';
import { FIELD_OF_VIEW, type Stage } from './stage';

const FLIGHT_SECONDS = 1.1;
const REST_SECONDS = 0.25;
const OBLIQUE_PITCH = -42;
// Of a place that is gone to: steep enough to see a house behind its neighbour in a row.
const FOUND_PITCH = -58;
const TOP_PITCH = -89.9;
const OVERVIEW_HEADING = 20;

interface Flight {
  readonly from: Pose;
  readonly to: Pose;
  elapsed: number;
}

/** Moves the camera: pointer and touch like a map, named views, flights to a place. */
export class Navigation {
  /** Called when the camera has come to rest. */
  onRest: (pose: Pose) => void = () => undefined;
  /** Called in every frame that moves the camera. */
  onMove: () => void = () => undefined;
  private readonly controls: EnvironmentControls;
  private readonly camera: PerspectiveCamera;
  private readonly raycaster = new Raycaster();
  private readonly calm = window.matchMedia('(prefers-reduced-motion: reduce)');
  private flight: Flight | null = null;
  private restless = 0;
  private home: Pose;

  constructor(
    private readonly stage: Stage,
    private readonly frame: Frame,
    private readonly ground: Object3D,
    home: Pose,
  ) {
    this.camera = stage.camera;
    this.home = home;
    const controls = new EnvironmentControls(ground, this.camera, stage.canvas);
    controls.up.set(0, 0, 1);
    controls.fallbackPlane = new Plane(new Vector3(0, 0, 1), 0);
    controls.enableDamping = !this.calm.matches;
    controls.dampingFactor = 0.12;
    controls.minDistance = 8;
    controls.maxDistance = 15000;
    controls.cameraRadius = 3;
    controls.maxAltitude = MathUtils.degToRad(86);
    controls.addEventListener('change', this.disturb);
    controls.addEventListener('start', () => {
      this.flight = null;
      this.disturb();
    });
    this.controls = controls;
    this.calm.addEventListener('change', () => {
      controls.enableDamping = !this.calm.matches;
    });
    stage.canvas.addEventListener('wheel', this.disturb, { passive: true });
    stage.beforeFrame((seconds) => this.step(seconds));
  }

  get pose(): Pose {
    const [x, y, z] = this.frame.toRd(this.camera.position);
    return { x, y, z, ...headingAndPitch(this.camera.quaternion) };
  }

  /** Leaves the camera to somebody else, who moves it with `jump`. */
  hold(held: boolean): void {
    this.flight = null;
    this.controls.enabled = !held;
  }

  get moving(): boolean {
    return this.flight !== null || this.restless > 0;
  }

  /** Puts the camera somewhere at once. */
  jump(pose: Pose): void {
    this.flight = null;
    this.place(pose);
    this.disturb();
  }

  /** Flies there, or jumps when the visitor asked for little motion. */
  flyTo(pose: Pose): void {
    if (this.calm.matches) {
      this.jump(pose);
      return;
    }
    this.flight = { from: this.pose, to: pose, elapsed: 0 };
    this.disturb();
  }

  flyHome(): void {
    this.flyTo(this.home);
  }

  /** Looks down on a place in RD from `distance` metres, along the present heading. */
  lookAt(x: number, y: number, z: number, distance: number): void {
    const { heading } = this.pose;
    this.flyTo(viewOf(x, y, z, heading, FOUND_PITCH, distance));
  }

  /** Turns about the middle of the view to a heading and pitch. */
  turnTo(heading: number, pitch: number): void {
    const center = this.center();
    const [x, y, z] = this.frame.toRd(center);
    this.flyTo(viewOf(x, y, z, heading, pitch, center.distanceTo(this.camera.position)));
  }

  turnBy(heading: number, pitch: number): void {
    const from = this.target;
    this.turnTo(from.heading + heading, MathUtils.clamp(from.pitch + pitch, TOP_PITCH, -5));
  }

  faceNorth(): void {
    this.turnTo(0, this.pose.pitch);
  }

  toggleTop(): void {
    this.turnTo(this.pose.heading, this.isTop ? OBLIQUE_PITCH : TOP_PITCH);
  }

  get isTop(): boolean {
    return this.target.pitch < -80;
  }

  /** Moves over the ground by shares of the distance to the middle of the view. */
  pan(right: number, forward: number): void {
    const from = this.target;
    const reach = this.center().distanceTo(this.camera.position);
    const heading = MathUtils.degToRad(from.heading);
    const [sin, cos] = [Math.sin(heading), Math.cos(heading)];
    this.flyTo({
      ...from,
      x: from.x + reach * (right * cos + forward * sin),
      y: from.y + reach * (forward * cos - right * sin),
    });
  }

  /** Moves over the ground by metres of RD. */
  shift(east: number, north: number): void {
    const from = this.target;
    if (this.controls.enabled) this.flyTo({ ...from, x: from.x + east, y: from.y + north });
  }

  /** Goes nearer to the middle of the view (`factor` below 1) or away from it. */
  zoom(factor: number): void {
    const center = this.center();
    const to = this.camera.position.clone().sub(center).multiplyScalar(factor);
    const length = to.length();
    if (length < this.controls.minDistance || length > this.controls.maxDistance) return;
    const [x, y, z] = this.frame.toRd(to.add(center));
    this.flyTo({ ...this.pose, x, y, z });
  }

  /** What lies in the middle of the view, in the scene's own metres. */
  center(): Vector3 {
    this.camera.updateMatrixWorld();
    this.raycaster.setFromCamera(new Vector2(0, 0), this.camera);
    const [hit] = this.raycaster.intersectObject(this.ground);
    const plane = this.controls.fallbackPlane;
    const point = hit?.point ?? this.raycaster.ray.intersectPlane(plane, new Vector3());
    return point ?? this.raycaster.ray.at(this.camera.position.z * 4, new Vector3());
  }

  // Repeated key presses add up: the next step starts from where the present flight will end.
  private get target(): Pose {
    return this.flight?.to ?? this.pose;
  }

  private disturb = (): void => {
    this.restless = REST_SECONDS;
    this.stage.invalidate();
  };

  private step(seconds: number): boolean {
    if (this.flight) this.fly(this.flight, seconds);
    else this.controls.update(seconds);
    this.camera.updateMatrixWorld();
    if (this.restless <= 0) return false;
    this.onMove();
    this.restless -= this.flight ? 0 : seconds;
    if (this.restless > 0) return true;
    // A camera at rest stands exactly where its permalink says.
    const pose = linkable(this.pose);
    this.place(pose);
    this.onRest(pose);
    return false;
  }

  private fly(flight: Flight, seconds: number): void {
    flight.elapsed += seconds;
    const share = Math.min(flight.elapsed / FLIGHT_SECONDS, 1);
    const eased = share * share * (3 - 2 * share);
    this.place(share === 1 ? flight.to : between(flight.from, flight.to, eased));
    if (share === 1) this.flight = null;
  }

  private place({ x, y, z, heading, pitch }: Pose): void {
    this.camera.position.copy(this.frame.fromRd([x, y, z]));
    this.camera.quaternion.copy(orientation(heading, pitch));
    this.camera.updateMatrixWorld();
  }
}

/** The pose that looks at a place in RD from `distance` metres. */
export function viewOf(x: number, y: number, z: number, heading: number, pitch: number, distance: number): Pose {
  const [h, p] = [MathUtils.degToRad(heading), MathUtils.degToRad(pitch)];
  const level = distance * Math.cos(p);
  return {
    x: x - level * Math.sin(h),
    y: y - level * Math.cos(h),
    z: z - distance * Math.sin(p),
    heading: MathUtils.euclideanModulo(heading, 360),
    pitch,
  };
}

/** An oblique view of a whole area in RD, from the south, in the middle of what panels leave free: they cover a share at the left. */
export function overview([west, south, east, north]: readonly [number, number, number, number], aspect: number, covered = 0): Pose {
  const [width, depth] = [east - west, north - south];
  // From above a whole city only its outline would show: the first view stays where buildings are still buildings.
  // An upright screen shows less of what lies near at its sides.
  const [room, farthest] = aspect < 1 ? [1.4, 2000] : [1.15, 1400];
  const distance = MathUtils.clamp(Math.max(width / Math.min(aspect * (1 - covered), 1.6), depth) * room, 250, farthest);
  const aside = covered * aspect * distance * Math.tan(MathUtils.degToRad(FIELD_OF_VIEW / 2));
  const heading = MathUtils.degToRad(OVERVIEW_HEADING);
  const [x, y] = [(west + east) / 2 - aside * Math.cos(heading), (south + north) / 2 + aside * Math.sin(heading)];
  return viewOf(x, y, 0, OVERVIEW_HEADING, OBLIQUE_PITCH, distance);
}

function between(from: Pose, to: Pose, share: number): Pose {
  const mix = (a: number, b: number): number => a + (b - a) * share;
  const turn = MathUtils.euclideanModulo(to.heading - from.heading + 180, 360) - 180;
  return {
    x: mix(from.x, to.x),
    y: mix(from.y, to.y),
    z: mix(from.z, to.z),
    heading: from.heading + turn * share,
    pitch: mix(from.pitch, to.pitch),
  };
}
