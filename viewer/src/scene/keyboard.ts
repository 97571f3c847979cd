import type { Navigation } from './navigation';

const PAN = 0.15;
const TURN = 15;
const TILT = 10;
export const ZOOM_IN = 0.7;
export const ZOOM_OUT = 1 / ZOOM_IN;

/** Steers the view by keyboard while the canvas has the focus. */
export function steerByKeyboard(canvas: HTMLCanvasElement, navigation: Navigation, pick: () => void, clear: () => void): void {
  const plain: Record<string, () => void> = {
    ArrowLeft: () => { navigation.pan(-PAN, 0); },
    ArrowRight: () => { navigation.pan(PAN, 0); },
    ArrowUp: () => { navigation.pan(0, PAN); },
    ArrowDown: () => { navigation.pan(0, -PAN); },
    '+': () => { navigation.zoom(ZOOM_IN); },
    '=': () => { navigation.zoom(ZOOM_IN); },
    '-': () => { navigation.zoom(ZOOM_OUT); },
    Home: () => { navigation.flyHome(); },
    n: () => { navigation.faceNorth(); },
    Enter: pick,
    Escape: clear,
  };
  const shifted: Record<string, () => void> = {
    ...plain,
    ArrowLeft: () => { navigation.turnBy(-TURN, 0); },
    ArrowRight: () => { navigation.turnBy(TURN, 0); },
    ArrowUp: () => { navigation.turnBy(0, TILT); },
    ArrowDown: () => { navigation.turnBy(0, -TILT); },
  };
  canvas.addEventListener('keydown', (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    const action = (event.shiftKey ? shifted : plain)[event.key];
    if (!action) return;
    event.preventDefault();
    action();
  });
}
