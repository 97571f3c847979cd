import type { Outline } from '../api/types';

/** The middle of the box around an outline, in its own coordinates; null without one. */
export function middleOf(outline: Outline | null): [number, number] | null {
  if (outline === null) return null;
  const rings = outline.type === 'Polygon' ? outline.coordinates.slice(0, 1) : outline.coordinates.flatMap((polygon) => polygon.slice(0, 1));
  const points = rings.flat();
  if (points.length === 0) return null;
  const middle = (axis: 0 | 1): number => {
    const all = points.map((point) => point[axis] as number);
    return (all.reduce((a, b) => Math.min(a, b)) + all.reduce((a, b) => Math.max(a, b))) / 2;
  };
  return [middle(0), middle(1)];
}
