import type { English } from '../../i18n';

const nl = {
  mode: 'Wat wilt u meten?',
  distance: 'Afstand',
  height: 'Hoogte',
  area: 'Oppervlakte',
  'help.distance': 'Klik punten aan; een lijn mag meer dan twee punten hebben.',
  'help.height': 'Klik twee punten aan. Gemeten wordt het hoogteverschil.',
  'help.area': 'Klik minstens drie hoeken aan. Gemeten wordt de oppervlakte van boven gezien.',
  keys: 'Met toetsen: zet het punt in het midden van het beeld en druk op Enter, of kies ‘Punt in het midden’.',
  center: 'Punt in het midden',
  undo: 'Laatste punt weg',
  done: 'Klaar',
  nowhere: 'Daar is geen stad om te meten.',
  point: '{count} punt gezet',
  points: '{count} punten gezet',
  results: 'Metingen',
  none: 'Nog niets gemeten.',
  remove: 'Meting {what} verwijderen',
  'remove.short': 'Verwijderen',
  heights: 'van {from} naar {to} m NAP',
} as const;

const en: English<typeof nl> = {
  mode: 'What do you want to measure?',
  distance: 'Distance',
  height: 'Height',
  area: 'Area',
  'help.distance': 'Click points; a line may have more than two.',
  'help.height': 'Click two points. The difference in height is measured.',
  'help.area': 'Click at least three corners. The area as seen from above is measured.',
  keys: 'By keyboard: bring the point to the middle of the view and press Enter, or choose ‘Point in the middle’.',
  center: 'Point in the middle',
  undo: 'Remove last point',
  done: 'Done',
  nowhere: 'There is no city to measure there.',
  point: '{count} point placed',
  points: '{count} points placed',
  results: 'Measurements',
  none: 'Nothing measured yet.',
  remove: 'Remove measurement {what}',
  'remove.short': 'Remove',
  heights: 'from {from} to {to} m above NAP',
};

export const words = { nl, en };
