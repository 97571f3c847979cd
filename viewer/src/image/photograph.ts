import type { Stage } from '../scene/stage';

/**
 * The view as it is on the screen, both sides of a comparison included, `factor` times as fine.
 *
 * Drawn piece by piece, each of the size of the screen, so that the graphics card needs no more memory than usual.
 */
export function photograph(stage: Stage, factor = 1): HTMLCanvasElement {
  const { camera, canvas } = stage;
  const { width, height } = canvas;
  const picture = document.createElement('canvas');
  picture.width = width * factor;
  picture.height = height * factor;
  const paper = picture.getContext('2d');
  if (!paper) throw new Error('no 2D canvas');
  stage.settle();
  for (let row = 0; row < factor; row++) {
    for (let column = 0; column < factor; column++) {
      camera.setViewOffset(picture.width, picture.height, column * width, row * height, width, height);
      stage.draw({ from: column / factor, to: (column + 1) / factor });
      // In the same turn as the drawing, before the browser may clear what was drawn.
      paper.drawImage(canvas, column * width, row * height);
    }
  }
  camera.clearViewOffset();
  stage.letter(paper);
  stage.invalidate();
  return picture;
}
