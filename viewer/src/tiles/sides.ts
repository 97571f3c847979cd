/** What the alpha channel of a feature's colour says about it: a way of colouring, and flags beside it. */
export const MARK = { own: 0, coloured: 1, hatched: 2, pale: 4, hidden: 8, hiddenHere: 16, hiddenThere: 32 } as const;

/** Two cities that one frame can show side by side: the one at hand, and another beside it. */
export type Side = 'here' | 'there';

/** Which side is drawn; every feature material holds this very uniform, so that one number switches the whole city. */
export const sides = {
  uniforms: { hiding: { value: MARK.hidden | MARK.hiddenHere } },
  turn(side: Side): void {
    this.uniforms.hiding.value = MARK.hidden | (side === 'here' ? MARK.hiddenHere : MARK.hiddenThere);
  },
};
