import type { English } from '.';

const nl = {
  'object.label': 'Gegevens van het gekozen object',
  'object.close': 'Sluiten',
  'object.loading': 'Gegevens ophalen…',
  'object.unknown': 'onbekend',
  'object.missing': 'Dit object is in deze stad niet meer bekend. Zoek het opnieuw; staat het in beeld, laad dan de pagina opnieuw.',
  'object.failed': 'De gegevens konden niet worden opgehaald. Kies het object opnieuw om het nog eens te proberen.',
  'object.source': 'Bron: {source}, {date}',
  'object.source.undated': 'Bron: {source}',
  'object.source.derived': 'berekend bij het bouwen van deze stad',
  'object.explain': 'Uitleg bij de gegevens',
  'object.yes': 'ja',
  'object.no': 'nee',
} as const;

const en: English<typeof nl> = {
  'object.label': 'Data of the selected object',
  'object.close': 'Close',
  'object.loading': 'Fetching data…',
  'object.unknown': 'unknown',
  'object.missing': 'This object is no longer known in this city. Search for it again; if it is in sight, reload the page.',
  'object.failed': 'The data could not be fetched. Select the object again to retry.',
  'object.source': 'Source: {source}, {date}',
  'object.source.undated': 'Source: {source}',
  'object.source.derived': 'derived when this city was built',
  'object.explain': 'Explain the data',
  'object.yes': 'yes',
  'object.no': 'no',
};

export const object = { nl, en };
