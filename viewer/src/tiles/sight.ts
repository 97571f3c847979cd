import { Vector3, type CubeTexture, type Material } from 'three';

/** Layer of the scene that holds what blocks a view. */
export const SOLID = 1;

/** What a drawing of the city is for: the screen, the screen with what is seen painted on it, figures, depths, or who stands there. */
export const PASS = { plain: 0, paint: 1, verdict: 2, depth: 3, who: 4 } as const;

/** Steps in which the drawing of who stands there tells how far. */
export const FAR_STEPS = 4095;

/** Colours of what is seen and what is not; they differ in light as well as in hue, and the unseen is hatched. */
export const SEEN = '#f2b705';
export const UNSEEN = '#31417f';

/**
 * What is seen from one point. All materials of the city hold these very uniforms.
 *
 * The city is drawn once around the point, and each direction keeps the distance at which it meets something. Any place
 * of the city is seen when it is no farther away than that.
 */
export const sight = {
  uniforms: {
    sightPass: { value: PASS.plain as number },
    /** In the scene's own metres. */
    sightFrom: { value: new Vector3() },
    /** How far is painted, on the map, and how far can be looked at all [m]. */
    sightReach: { value: 1 },
    sightFar: { value: 1 },
    /** Radians that a texel spans in the middle of a face of the cube, where it spans most. */
    sightTexel: { value: 1 },
    sightDepth: { value: null as CubeTexture | null },
  },
};

/**
 * Has a material of three.js that is lit by its own shader show what is seen. `who` is an expression of GLSL for the number
 * by which a fragment's feature is known from 1 up; 0 is nobody.
 */
export function showSight(material: Material, who = '0.0'): void {
  const patch = material.onBeforeCompile.bind(material);
  material.onBeforeCompile = (shader, renderer) => {
    patch(shader, renderer);
    Object.assign(shader.uniforms, sight.uniforms);
    shader.vertexShader = placeInVertex(shader.vertexShader);
    shader.fragmentShader = seeInFragment(shader.fragmentShader, who);
  };
}

function placeInVertex(shader: string): string {
  return shader
    .replace('#include <common>', '#include <common>\nvarying vec3 vPlace;')
    .replace(
      '#include <project_vertex>',
      `#include <project_vertex>
      vec4 place = vec4(transformed, 1.0);
      #ifdef USE_INSTANCING
        place = instanceMatrix * place;
      #endif
      vPlace = (modelMatrix * place).xyz;`,
    );
}

function seeInFragment(shader: string, who: string): string {
  return shader
    .replace(
      '#include <common>',
      `#include <common>
      uniform int sightPass;
      uniform vec3 sightFrom;
      uniform float sightReach;
      uniform float sightFar;
      uniform float sightTexel;
      uniform samplerCube sightDepth;
      varying vec3 vPlace;
      const vec4 STEPS = vec4(1.0, 255.0, 65025.0, 16581375.0);
      vec4 packed(float share) {
        vec4 parts = fract(share * STEPS);
        return parts - vec4(parts.yzw / 255.0, 0.0);
      }
      // 0 beyond reach, 1 seen, 2 not seen
      int sightOf(vec3 facing) {
        vec3 way = vPlace - sightFrom;
        float far = length(way);
        if (length(way.xy) > sightReach) return 0;
        if (dot(facing, way) >= 0.0) return 2;
        // A texel of depth stands for a patch of the city. What is asked is whether a point above the surface is seen,
        // as high as the patch is wide: then ground at a low angle does not hide itself.
        vec3 raised = way + facing * (0.02 + 1.5 * far * sightTexel);
        float met = dot(textureCube(sightDepth, raised), 1.0 / STEPS) * sightFar;
        return length(raised) <= met + 0.02 + 0.001 * far ? 1 : 2;
      }`,
    )
    .replace(
      '#include <clipping_planes_fragment>',
      `#include <clipping_planes_fragment>
      vec3 facing = normalize(cross(dFdx(vPlace), dFdy(vPlace)));
      if (sightPass == ${PASS.depth}) {
        gl_FragColor = packed(min(distance(vPlace, sightFrom) / sightFar, 0.9999));
        return;
      }
      if (sightPass == ${PASS.who}) {
        // 20 bits for who it is, 12 for how far on the map.
        float away = length(vPlace.xy - sightFrom.xy) / sightReach;
        int number = away <= 1.0 ? int(${who} + 0.5) : 0;
        int steps = int(clamp(away, 0.0, 1.0) * ${FAR_STEPS}.0);
        gl_FragColor = vec4(number & 255, (number >> 8) & 255, ((number >> 16) & 15) << 4 | (steps >> 8), steps & 255) / 255.0;
        return;
      }
      int sighted = sightPass == ${PASS.plain} ? 0 : sightOf(facing);
      if (sightPass == ${PASS.verdict}) {
        gl_FragColor = vec4(sighted == 1 ? 1.0 : 0.0, sighted == 2 ? 1.0 : 0.0, 0.0, 1.0);
        return;
      }`,
    )
    .replace(
      '#include <dithering_fragment>',
      `#include <dithering_fragment>
      if (sighted == 1) gl_FragColor.rgb = mix(gl_FragColor.rgb, ${vector(SEEN)}, 0.52);
      if (sighted == 2) {
        bool line = mod(gl_FragCoord.x + gl_FragCoord.y, 8.0) < 2.0;
        gl_FragColor.rgb = mix(gl_FragColor.rgb, ${vector(UNSEEN)}, line ? 0.8 : 0.52);
      }`,
    );
}

function vector(hex: string): string {
  const value = parseInt(hex.slice(1), 16);
  return `vec3(${[16, 8, 0].map((shift) => (((value >> shift) & 255) / 255).toFixed(4)).join(', ')})`;
}
