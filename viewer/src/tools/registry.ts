import type { ToolEntry } from './tool';

/** The tools, in the order of the toolbar. Each is a module of its own that is fetched when it is first used. */
export const TOOLS: readonly ToolEntry[] = [
  {
    id: 'measure',
    label: 'toolbox.measure',
    icon: ['M3.500 15.500 15.500 3.500l5 5-12 12zM7 12l2 2M10 9l2.500 2.500M13 6l2 2'],
    place: 'side',
    load: () => import('./measure'),
  },
];
