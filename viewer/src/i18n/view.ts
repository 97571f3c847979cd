import type { English } from '.';

const nl = {
  'view.label': '3D-kaart. Pijltjes verschuiven, Shift met pijltjes draait, plus en min zoomen, N naar het noorden, Home naar het begin, Enter kiest het object in het midden.',
  'view.home': 'Hele stad tonen',
  'view.north': 'Noorden boven',
  'view.in': 'Inzoomen',
  'view.out': 'Uitzoomen',
  'view.top': '2D: van boven bekijken',
  'view.oblique': '3D: schuin bekijken',
  'view.tools': 'Kaart bedienen',
  'view.map': 'Overzichtskaart',
  'view.map.label': 'Overzichtskaart, noorden boven. Pijltjes verplaatsen het beeld over de stad.',
  'view.loading': 'Stad laden…',
  'view.scale': 'Schaalbalk: {length}',
  'view.nothing': 'Geen object in het midden van het beeld.',
} as const;

const en: English<typeof nl> = {
  'view.label': '3D map. Arrow keys move, Shift with arrow keys turns, plus and minus zoom, N faces north, Home goes back to the start, Enter selects the object in the middle.',
  'view.home': 'Show the whole city',
  'view.north': 'North up',
  'view.in': 'Zoom in',
  'view.out': 'Zoom out',
  'view.top': '2D: view from above',
  'view.oblique': '3D: view at an angle',
  'view.tools': 'Map controls',
  'view.map': 'Overview map',
  'view.map.label': 'Overview map, north up. Arrow keys move the view over the city.',
  'view.loading': 'Loading the city…',
  'view.scale': 'Scale bar: {length}',
  'view.nothing': 'No object in the middle of the view.',
};

export const view = { nl, en };
