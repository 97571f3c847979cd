import type { ToolEntry } from './tool';

/** The tools, in the order of the toolbar. Each is a module of its own that is fetched when it is first used. */
export const TOOLS: readonly ToolEntry[] = [
  {
    id: 'filter',
    label: 'toolbox.filter',
    icon: ['M4 5h16l-6.200 7.500V20l-3.600-2v-5.500z'],
    place: 'side',
    load: () => import('./filter'),
  },
  {
    id: 'table',
    label: 'toolbox.table',
    icon: ['M4 5h16v14H4zM4 10h16M4 14.500h16M10 5v14'],
    place: 'bottom',
    load: () => import('./table'),
  },
  {
    id: 'walk',
    label: 'toolbox.walk',
    icon: ['M13 3a1.800 1.800 0 1 1 0 3.600 1.800 1.800 0 0 1 0-3.600M8 12l2.500-3.500 3.500 1.500 1 3 3 1M12 10l-1 5-3 6M11.500 15l3 2.500 1 3.500'],
    place: 'side',
    load: () => import('./walk'),
  },
  {
    id: 'sun',
    label: 'toolbox.sun',
    icon: ['M12 8a4 4 0 1 1 0 8 4 4 0 0 1 0-8M12 2.500v2.500M12 19v2.500M2.500 12H5M19 12h2.500M5.300 5.300 7 7M17 17l1.700 1.700M18.700 5.300 17 7M7 17l-1.700 1.700'],
    place: 'side',
    load: () => import('./sun'),
  },
  {
    id: 'measure',
    label: 'toolbox.measure',
    icon: ['M3.500 15.500 15.500 3.500l5 5-12 12zM7 12l2 2M10 9l2.500 2.500M13 6l2 2'],
    place: 'side',
    load: () => import('./measure'),
  },
  {
    id: 'section',
    label: 'toolbox.section',
    icon: ['M4 20V10l6-5v15zM13 3v18M16 20h4v-8l-4-3'],
    place: 'side',
    load: () => import('./section'),
  },
  {
    id: 'sight',
    label: 'toolbox.sight',
    icon: ['M2.500 12C5 7.500 8.300 5.500 12 5.500s7 2 9.500 6.500c-2.500 4.500-5.800 6.500-9.500 6.500S5 16.500 2.500 12M12 9a3 3 0 1 1 0 6 3 3 0 0 1 0-6'],
    place: 'side',
    load: () => import('./sight'),
  },
  {
    id: 'water',
    label: 'toolbox.water',
    icon: ['M3 14c2-2 4-2 6 0s4 2 6 0 4-2 6 0M3 19c2-2 4-2 6 0s4 2 6 0 4-2 6 0M8 10V6l4-3 4 3v4'],
    place: 'side',
    load: () => import('./water'),
  },
  {
    id: 'scenario',
    label: 'toolbox.scenario',
    icon: ['M3.500 20V11l5-4v13zM8.500 20h12V4h-7v5M13.500 9v11M16 7.500h2M16 11.500h2M16 15.500h2'],
    place: 'side',
    load: () => import('./scenario'),
  },
  {
    id: 'share',
    label: 'toolbox.share',
    icon: ['M4 8h4l1.500-2.500h5L16 8h4v11H4zM12 10a3.2 3.2 0 1 1 0 6.400 3.2 3.2 0 0 1 0-6.400'],
    place: 'side',
    load: () => import('./share'),
  },
];
