import type { English } from '.';

const nl = {
  'app.title': '3D-stad {name}',
  'app.skip': 'Naar zoeken',
  'app.built': 'Gebouwd op {date}',
  'language.label': 'Taal',
  'link.copy': 'Link kopiëren',
  'link.copied': 'De link naar dit beeld is gekopieerd.',
  'link.manual': 'Kopieer de link uit de adresbalk.',
  'sources.label': 'Bronnen en datums',
  'sources.undated': 'datum onbekend',
  'sources.more': 'Bronnen helemaal tonen',
  'sources.less': 'Bronnen in het kort',
} as const;

const en: English<typeof nl> = {
  'app.title': '3D city {name}',
  'app.skip': 'Go to search',
  'app.built': 'Built on {date}',
  'language.label': 'Language',
  'link.copy': 'Copy link',
  'link.copied': 'The link to this view has been copied.',
  'link.manual': 'Copy the link from the address bar.',
  'sources.label': 'Sources and dates',
  'sources.undated': 'date unknown',
  'sources.more': 'Show the sources in full',
  'sources.less': 'Show the sources in short',
};

export const page = { nl, en };
