import type { English } from '../../../i18n';

const nl = {
  present: 'Presenteren',
  presentation: 'Presentatie',
  add: 'Dit beeld toevoegen',
  play: 'Start presentatie',
  none: 'Voeg beelden toe om het plan mee te vertellen: elk onthoudt plek, lagen, kleuren, zon en doorsnede.',
  untitled: 'Beeld {at}',
  title: 'Titel',
  text: 'Tekst',
  visit: 'Bekijk',
  renew: 'Vervang door dit beeld',
  earlier: 'Eerder',
  later: 'Later',
  remove: 'Beeld verwijderen',
  long: 'Dit beeld heeft te veel metingen of filters om te bewaren. Wis er een paar.',
  previous: 'Vorige',
  next: 'Volgende',
  stop: 'Stoppen',
  count: '{at} van {of}',
} as const;

const en: English<typeof nl> = {
  present: 'Present',
  presentation: 'Presentation',
  add: 'Add this view',
  play: 'Start presentation',
  none: 'Add views to tell the plan by: each keeps place, layers, colours, sun and section.',
  untitled: 'View {at}',
  title: 'Title',
  text: 'Text',
  visit: 'Look',
  renew: 'Replace by this view',
  earlier: 'Earlier',
  later: 'Later',
  remove: 'Remove view',
  long: 'This view has too many measurements or filters to keep. Clear some.',
  previous: 'Previous',
  next: 'Next',
  stop: 'Stop',
  count: '{at} of {of}',
};

export const words = { nl, en };
