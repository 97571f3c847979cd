import { Color, DataTexture, MeshLambertMaterial, NearestFilter, RGBAFormat, SRGBColorSpace, UnsignedByteType } from 'three';
import { FEATURE_ID } from './features';
import { HOVERED, SELECTED, type Look } from './mapstyle';

const WIDTH = 256;
const NOBODY = -1;

/** What the alpha channel of a feature's colour says about it. */
export const MARK = { own: 0, noData: 128, coloured: 255 } as const;

/**
 * A matt material whose colour comes per feature from a small texture.
 *
 * Colouring a city by an attribute then costs one texel per building; no mesh is touched or sent to the graphics card
 * again. Selected and hovered features are two numbers.
 */
export class FeatureMaterial extends MeshLambertMaterial {
  private readonly texels: Uint8Array;
  private readonly colours: DataTexture;
  private readonly featureUniforms;

  constructor(count: number, look: Look) {
    super({ color: look.wall });
    const height = Math.max(1, Math.ceil(count / WIDTH));
    this.texels = new Uint8Array(WIDTH * height * 4);
    this.colours = new DataTexture(this.texels, WIDTH, height, RGBAFormat, UnsignedByteType);
    this.colours.colorSpace = SRGBColorSpace;
    this.colours.minFilter = this.colours.magFilter = NearestFilter;
    this.colours.needsUpdate = true;
    this.featureUniforms = {
      featureColours: { value: this.colours },
      selectedFeature: { value: NOBODY },
      hoveredFeature: { value: NOBODY },
      selectedColour: { value: new Color(SELECTED) },
      hoveredColour: { value: new Color(HOVERED) },
      flatRoof: { value: new Color(look.flat) },
      pitchedRoof: { value: new Color(look.pitched) },
    };
    this.onBeforeCompile = (shader) => {
      Object.assign(shader.uniforms, this.featureUniforms);
      shader.vertexShader = patchVertex(shader.vertexShader);
      shader.fragmentShader = patchFragment(shader.fragmentShader);
    };
    // All feature materials share one program.
    this.customProgramCacheKey = () => 'feature';
  }

  /** Gives row `feature` a colour and a mark; `flush` sends them to the graphics card. */
  paint(feature: number, [r, g, b]: readonly [number, number, number], mark: number): void {
    this.texels.set([r, g, b, mark], feature * 4);
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

  override dispose(): void {
    this.colours.dispose();
    super.dispose();
  }
}

function patchVertex(shader: string): string {
  return shader
    .replace(
      '#include <common>',
      `#include <common>
      attribute float ${FEATURE_ID};
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
      uniform sampler2D featureColours;
      uniform float selectedFeature;
      uniform float hoveredFeature;
      uniform vec3 selectedColour;
      uniform vec3 hoveredColour;
      uniform vec3 flatRoof;
      uniform vec3 pitchedRoof;
      flat varying float vFeature;
      varying float vUp;`,
    )
    .replace(
      '#include <color_fragment>',
      `#include <color_fragment>
      int feature = int(vFeature + 0.5);
      vec4 own = texelFetch(featureColours, ivec2(feature % ${WIDTH}, feature / ${WIDTH}), 0);
      if (own.a == 0.0) {
        diffuseColor.rgb = vUp > 0.985 ? flatRoof : vUp > 0.17 ? pitchedRoof : diffuseColor.rgb;
      } else {
        diffuseColor.rgb = own.rgb;
        // No data is hatched, so that grey alone does not have to say it.
        if (own.a < 0.75) diffuseColor.rgb *= mod(gl_FragCoord.x + gl_FragCoord.y, 9.0) < 2.0 ? 0.62 : 1.0;
      }
      if (abs(vFeature - selectedFeature) < 0.5) diffuseColor.rgb = selectedColour;
      else if (abs(vFeature - hoveredFeature) < 0.5) diffuseColor.rgb = mix(diffuseColor.rgb, hoveredColour, 0.6);`,
    );
}
