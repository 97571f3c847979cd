import type { English } from '.';

const nl = {
  'object.label': 'Gegevens van het gekozen object',
  'object.close': 'Sluiten',
  'object.loading': 'Gegevens ophalen…',
  'object.unknown': 'onbekend',
  'object.missing': 'Dit object staat wel in beeld, maar de gegevens zijn niet gevonden. Bouw de stad opnieuw als dit vaker voorkomt.',
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
  'object.missing': 'This object is drawn, but its data was not found. Build the city again if this happens more often.',
  'object.failed': 'The data could not be fetched. Select the object again to retry.',
  'object.source': 'Source: {source}, {date}',
  'object.source.undated': 'Source: {source}',
  'object.source.derived': 'derived when this city was built',
  'object.explain': 'Explain the data',
  'object.yes': 'yes',
  'object.no': 'no',
};

export const object = { nl, en };
