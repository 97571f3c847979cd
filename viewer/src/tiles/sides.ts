/** What the alpha channel of a feature's colour says about it: a way of colouring, and flags beside it. */
export const MARK = { own: 0, coloured: 1, hatched: 2, pale: 4, hidden: 8 } as const;

/** Two cities that one frame can show side by side: the one at hand, and another beside it. */
export type Side = 'here' | 'there';
export const SIDES: readonly Side[] = ['here', 'there'];

/** Which side is drawn; every feature material holds this very uniform, so that one number switches the whole city. */
export const sides = {
  /** Where the two meet, -1 to 1 from left to right; null while there is one city. */
  cut: null as number | null,
  /** Of `SIDES`. */
  uniforms: { side: { value: 0 } },
  /** Which of the two is seen at a place of the view, -1 to 1 from left to right. */
  at(x: number): Side {
    return this.cut !== null && x < this.cut ? 'there' : 'here';
  },
  turn(side: Side): void {
    this.uniforms.side.value = SIDES.indexOf(side);
  },
};
