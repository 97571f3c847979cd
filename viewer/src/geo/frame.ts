import { MathUtils, Matrix4, Quaternion, Vector3, Euler } from 'three';
import { ecefToRd, rdToEcef, type Triple } from './rd';

/**
 * The scene's own metres: x east, y north, z up, around the root of the tileset.
 *
 * Graphics cards count in 32-bit floats, which are half a metre coarse at the size of the earth; in this frame they
 * are exact to a millimetre over a city.
 */
export class Frame {
  /** Earth-centred coordinates to local ones. */
  readonly toLocalMatrix: Matrix4;
  private readonly toEcefMatrix: Matrix4;

  constructor(rootTransform: readonly number[]) {
    this.toEcefMatrix = new Matrix4().fromArray(rootTransform);
    this.toLocalMatrix = this.toEcefMatrix.clone().invert();
  }

  fromRd(rd: Triple): Vector3 {
    return new Vector3(...rdToEcef(rd)).applyMatrix4(this.toLocalMatrix);
  }

  toRd(local: Vector3): Triple {
    const { x, y, z } = local.clone().applyMatrix4(this.toEcefMatrix);
    return ecefToRd([x, y, z]);
  }
}

/** Where a camera stands and looks: RD and NAP in metres, degrees clockwise from north, degrees above the horizon. */
export interface Pose {
  readonly x: number;
  readonly y: number;
  readonly z: number;
  readonly heading: number;
  readonly pitch: number;
}

/** Rotation of a camera that looks towards `heading` and `pitch` [degrees] and never rolls. */
export function orientation(heading: number, pitch: number): Quaternion {
  const tilt = MathUtils.degToRad(90 + pitch);
  return new Quaternion().setFromEuler(new Euler(tilt, 0, -MathUtils.degToRad(heading), 'ZXY'));
}

/** Heading and pitch [degrees] of a camera's rotation. */
export function headingAndPitch(rotation: Quaternion): { heading: number; pitch: number } {
  const { x: tilt, z: turn } = new Euler().setFromQuaternion(rotation, 'ZXY');
  return { heading: (360 - MathUtils.radToDeg(turn)) % 360, pitch: MathUtils.radToDeg(tilt) - 90 };
}
