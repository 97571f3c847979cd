/** As much of a text as fits, with an ellipsis where it is cut; nothing where not even that fits. */
export function fitting(paper: Pick<CanvasRenderingContext2D, 'measureText'>, text: string, width: number): string {
  let shown = text;
  while (paper.measureText(shown).width > width) {
    if (shown.length < 3) return '';
    shown = `${shown.replace(/…$/, '').slice(0, -1).trimEnd()}…`;
  }
  return shown;
}

/** A text in lines no wider than that, broken between words; a word that is wider has a line of its own. */
export function lines(paper: Pick<CanvasRenderingContext2D, 'measureText'>, text: string, width: number): string[] {
  const found: string[] = [];
  for (const word of text.split(' ').filter(Boolean)) {
    const last = found.at(-1);
    const longer = last === undefined ? null : `${last} ${word}`;
    if (longer !== null && paper.measureText(longer).width <= width) found[found.length - 1] = longer;
    else found.push(word);
  }
  return found;
}

/** Places of things beside each other, in rows no wider than that: the left side and the row of each. */
export function flow(widths: readonly number[], gap: number, width: number): { readonly left: number; readonly row: number }[] {
  let [left, row] = [0, 0];
  return widths.map((wide) => {
    if (left > 0 && left + wide > width) [left, row] = [0, row + 1];
    const place = { left, row };
    left += wide + gap;
    return place;
  });
}
