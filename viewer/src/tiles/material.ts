import {
  BackSide,
  Color,
  DataTexture,
  FrontSide,
  DoubleSide,
  MeshDepthMaterial,
  MeshLambertMaterial,
  NearestFilter,
  RGBAFormat,
  SRGBColorSpace,
  UnsignedByteType,
} from 'three';
import { FEATURE_ID } from './features';
import { lens } from './lens';
import { HOVERED, SELECTED, type Look } from './mapstyle';
import { MARK, SIDES, sides, type Side } from './sides';
import { showSight } from './sight';

const WIDTH = 256;
const NOBODY = -1;

/** What a feature's colour and mark are on the side that is drawn. */
const TEXEL = `
      uniform sampler2D featureColours;
      uniform int side;
      vec4 texelOf(float id) {
        int row = int(id + 0.5);
        return texelFetch(featureColours, ivec2(row % ${WIDTH}, row / ${WIDTH} + side * textureSize(featureColours, 0).y / ${SIDES.length}), 0);
      }`;

/**
 * A matt material whose colour comes per feature from a small texture.
 *
 * Colouring a city by an attribute then costs one texel per building; no mesh is touched or sent to the graphics card
 * again. The texture has a half per side: where two cities are compared, a feature may look unlike itself. Hidden features
 * collapse before they are drawn, in the picture and in the map of shadows alike. Selected and hovered features are
 * two numbers.
 */
export class FeatureMaterial extends MeshLambertMaterial {
  /** What the map of shadows is drawn with. */
  readonly depth: MeshDepthMaterial;
  private readonly texels: Uint8Array;
  private readonly half: number;
  private readonly colours: DataTexture;
  private readonly featureUniforms;

  constructor(count: number, look: Look) {
    super({ color: look.wall, clippingPlanes: lens.planes, clipShadows: true, shadowSide: BackSide });
    const height = Math.max(1, Math.ceil(count / WIDTH));
    this.half = WIDTH * height * 4;
    this.texels = new Uint8Array(this.half * SIDES.length);
    this.colours = new DataTexture(this.texels, WIDTH, height * SIDES.length, RGBAFormat, UnsignedByteType);
    this.colours.colorSpace = SRGBColorSpace;
    this.colours.minFilter = this.colours.magFilter = NearestFilter;
    this.colours.needsUpdate = true;
    this.featureUniforms = {
      featureColours: { value: this.colours },
      selectedFeature: { value: NOBODY },
      hoveredFeature: { value: NOBODY },
      sightNumber: { value: 0 },
      selectedColour: { value: new Color(SELECTED) },
      hoveredColour: { value: new Color(HOVERED) },
      flatRoof: { value: new Color(look.flat) },
      pitchedRoof: { value: new Color(look.pitched) },
    };
    this.onBeforeCompile = (shader) => {
      Object.assign(shader.uniforms, this.featureUniforms, lens.uniforms, sides.uniforms);
      shader.vertexShader = patchVertex(hideInVertex(shader.vertexShader));
      shader.fragmentShader = patchFragment(shader.fragmentShader);
    };
    // No row, or of a collection that is not counted: nobody.
    showSight(this, '(vFeature < -0.5 || sightNumber < 0.5 ? 0.0 : sightNumber + vFeature)');
    // All feature materials share one program.
    this.customProgramCacheKey = () => 'feature';
    this.depth = depthMaterial(this.colours);
  }

  /** Gives row `feature` a colour and a mark on one side; `flush` sends them to the graphics card. */
  paint(feature: number, [r, g, b]: readonly [number, number, number], mark: number, side: Side): void {
    this.texels.set([r, g, b, mark], SIDES.indexOf(side) * this.half + feature * 4);
  }

  flush(): void {
    this.colours.needsUpdate = true;
  }

  set selected(feature: number | null) {
    this.featureUniforms.selectedFeature.value = feature ?? NOBODY;
  }

  set hovered(feature: number | null) {
    this.featureUniforms.hoveredFeature.value = feature ?? NOBODY;
  }

  /** The number by which its first row is known while one looks who is seen, the next rows by the next; 0 when none is. */
  set number(number: number) {
    this.featureUniforms.sightNumber.value = number;
  }

  /** Whether the inside of solids is drawn too, which a cut lays open. */
  set hollow(hollow: boolean) {
    this.side = hollow ? DoubleSide : FrontSide;
    this.needsUpdate = true;
  }

  override dispose(): void {
    this.colours.dispose();
    this.depth.dispose();
    super.dispose();
  }
}

function depthMaterial(colours: DataTexture): MeshDepthMaterial {
  const material = new MeshDepthMaterial();
  material.onBeforeCompile = (shader) => {
    Object.assign(shader.uniforms, { featureColours: { value: colours } }, sides.uniforms);
    shader.vertexShader = hideInVertex(shader.vertexShader);
  };
  material.customProgramCacheKey = () => 'feature-depth';
  return material;
}

/** Makes the triangles of hidden features collapse, in any shader of three.js that projects vertices. */
export function hideInVertex(shader: string): string {
  return shader
    .replace(
      '#include <common>',
      `#include <common>
      attribute float ${FEATURE_ID};
      ${TEXEL}`,
    )
    .replace(
      '#include <project_vertex>',
      `#include <project_vertex>
      int markOfRow = int(texelOf(${FEATURE_ID}).a * 255.0 + 0.5);
      if ((markOfRow & ${MARK.hidden}) != 0) gl_Position = vec4(2.0, 2.0, 2.0, 1.0);`,
    );
}

function patchVertex(shader: string): string {
  return shader
    .replace(
      '#include <common>',
      `#include <common>
      flat varying float vFeature;
      varying float vUp;`,
    )
    .replace(
      '#include <defaultnormal_vertex>',
      // Quantised positions come with a scale that normals, and the bias of shadows along them, feel too.
      `#include <defaultnormal_vertex>
      transformedNormal = normalize(transformedNormal);
      vFeature = ${FEATURE_ID};
      vUp = dot(transformedNormal, (viewMatrix * vec4(0.0, 0.0, 1.0, 0.0)).xyz);`,
    );
}

function patchFragment(shader: string): string {
  return shader
    .replace(
      '#include <common>',
      `#include <common>
      ${TEXEL}
      uniform float selectedFeature;
      uniform float hoveredFeature;
      uniform float sightNumber;
      uniform vec3 selectedColour;
      uniform vec3 hoveredColour;
      uniform vec3 flatRoof;
      uniform vec3 pitchedRoof;
      uniform float cut;
      uniform vec3 cutColour;
      flat varying float vFeature;
      varying float vUp;
      bool stripe(float period, float width) {
        return mod(gl_FragCoord.x + gl_FragCoord.y, period) < width;
      }`,
    )
    .replace(
      '#include <color_fragment>',
      `#include <color_fragment>
      vec4 own = texelOf(vFeature);
      int mark = int(own.a * 255.0 + 0.5);
      if ((mark & 3) == ${MARK.own}) {
        diffuseColor.rgb = vUp > 0.985 ? flatRoof : vUp > 0.17 ? pitchedRoof : diffuseColor.rgb;
      } else {
        diffuseColor.rgb = own.rgb;
        // Hatched as well as coloured, so that colour alone does not have to say it.
        if ((mark & 3) == ${MARK.hatched} && stripe(9.0, 2.0)) diffuseColor.rgb *= 0.62;
      }
      if ((mark & ${MARK.pale}) != 0) diffuseColor.rgb = mix(diffuseColor.rgb, vec3(0.84, 0.86, 0.88), 0.86);
      if (abs(vFeature - selectedFeature) < 0.5) diffuseColor.rgb = selectedColour;
      else if (abs(vFeature - hoveredFeature) < 0.5) diffuseColor.rgb = mix(diffuseColor.rgb, hoveredColour, 0.6);`,
    )
    .replace(
      '#include <opaque_fragment>',
      `if (cut > 0.5 && !gl_FrontFacing) outgoingLight = cutColour;
      #include <opaque_fragment>`,
    );
}
