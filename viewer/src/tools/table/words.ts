import type { English } from '../../i18n';

const nl = {
  caption: 'Panden die aan het filter voldoen',
  all: 'Alle panden',
  range: '{from} tot en met {to} van {total} panden',
  empty: 'Geen enkel pand voldoet aan het filter.',
  loading: 'Tabel ophalen…',
  failed: 'De tabel kon niet worden opgehaald. Controleer de verbinding en open de tabel opnieuw.',
  previous: 'Vorige',
  next: 'Volgende',
  pages: 'Bladeren',
  csv: 'Downloaden als CSV',
  gpkg: 'Downloaden als GeoPackage',
  show: 'Pand',
  elsewhere: 'Het gekozen pand staat niet op deze bladzijde.',
} as const;

const en: English<typeof nl> = {
  caption: 'Buildings that match the filter',
  all: 'All buildings',
  range: '{from} to {to} of {total} buildings',
  empty: 'No building matches the filter.',
  loading: 'Fetching the table…',
  failed: 'The table could not be fetched. Check the connection and open the table again.',
  previous: 'Previous',
  next: 'Next',
  pages: 'Pages',
  csv: 'Download as CSV',
  gpkg: 'Download as GeoPackage',
  show: 'Building',
  elsewhere: 'The chosen building is not on this page.',
};

export const words = { nl, en };
