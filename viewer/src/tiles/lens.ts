import { Color, Vector3, type Plane, type Texture } from 'three';

/**
 * What all features of the city are seen through: planes that cut them, and a field of view that is tested.
 *
 * Every feature material holds these very objects, so that a tool sets them once for tiles of now and of later.
 */
export const lens = {
  /** What lies behind a plane is cut away, with its shadow. */
  planes: [] as Plane[],
  uniforms: {
    /** 1 while something is cut: the inside of solids is then drawn as the face of the cut. */
    cut: { value: 0 },
    cutColour: { value: new Color('#4b5a68') },
    /** Radius of the field of view that is tested, 0 for none [m]. */
    sightReach: { value: 0 },
    sightEye: { value: new Vector3() },
    /** Distance from the eye to the first obstacle in every direction [m], as a cube. */
    sightDepth: { value: null as Texture | null },
  },
};
