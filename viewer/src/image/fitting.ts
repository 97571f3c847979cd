/** As much of a text as fits, with an ellipsis where it is cut; nothing where not even that fits. */
export function fitting(paper: Pick<CanvasRenderingContext2D, 'measureText'>, text: string, width: number): string {
  let shown = text;
  while (paper.measureText(shown).width > width) {
    if (shown.length < 3) return '';
    shown = `${shown.replace(/…$/, '').slice(0, -1).trimEnd()}…`;
  }
  return shown;
}
