import type { English } from '../../i18n';

const nl = {
  of: 'Soort object',
  'caption.pand': 'Panden die aan het filter voldoen',
  'caption.other': 'Objecten die aan het filter voldoen',
  'all.pand': 'Alle panden',
  'all.other': 'Alle objecten van deze soort',
  'range.pand': '{from} tot en met {to} van {total} panden',
  'range.other': '{from} tot en met {to} van {total} objecten',
  empty: 'Niets voldoet aan het filter.',
  loading: 'Tabel ophalen…',
  failed: 'De tabel kon niet worden opgehaald. Controleer de verbinding en open de tabel opnieuw.',
  previous: 'Vorige',
  next: 'Volgende',
  pages: 'Bladeren',
  csv: 'Downloaden als CSV',
  gpkg: 'Downloaden als GeoPackage',
  'show.pand': 'Pand',
  'show.other': 'Object',
  elsewhere: 'Het gekozen object staat niet op deze bladzijde.',
} as const;

const en: English<typeof nl> = {
  of: 'Kind of object',
  'caption.pand': 'Buildings that match the filter',
  'caption.other': 'Objects that match the filter',
  'all.pand': 'All buildings',
  'all.other': 'All objects of this kind',
  'range.pand': '{from} to {to} of {total} buildings',
  'range.other': '{from} to {to} of {total} objects',
  empty: 'Nothing matches the filter.',
  loading: 'Fetching the table…',
  failed: 'The table could not be fetched. Check the connection and open the table again.',
  previous: 'Previous',
  next: 'Next',
  pages: 'Pages',
  csv: 'Download as CSV',
  gpkg: 'Download as GeoPackage',
  'show.pand': 'Building',
  'show.other': 'Object',
  elsewhere: 'The chosen object is not on this page.',
};

export const words = { nl, en };
