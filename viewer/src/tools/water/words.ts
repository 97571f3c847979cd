import type { English } from '../../i18n';

const nl = {
  level: 'Waterstand (m NAP)',
  help: 'Legt een waterspiegel op deze hoogte tegen het maaiveld. Dijken houden niets tegen: dit is geen overstromingsmodel.',
  count: '{count} van {total} panden staan in het water, met {units} verblijfsobjecten.',
  plain: '{count} van {total} panden staan in het water.',
  unknown: 'Van {count} panden is het maaiveld onbekend; die tellen niet mee.',
  counting: 'Panden zoeken…',
  failed: 'De panden konden niet worden opgehaald. Verschuif de waterstand om het opnieuw te proberen.',
  nothing: 'Deze stad heeft geen maaiveldhoogten bij de panden.',
  deepest: 'De diepste {count}',
  depth: 'Water (m)',
  pand: 'Pand',
  address: 'Adres',
  csv: 'Alle getroffen panden als CSV',
} as const;

const en: English<typeof nl> = {
  level: 'Water level (m above NAP)',
  help: 'Lays a water surface at this height against the ground. Dikes hold nothing back: this is no flood model.',
  count: '{count} of {total} buildings stand in the water, with {units} units.',
  plain: '{count} of {total} buildings stand in the water.',
  unknown: 'Of {count} buildings the ground is unknown; they are not counted.',
  counting: 'Looking for buildings…',
  failed: 'The buildings could not be fetched. Move the water level to try again.',
  nothing: 'This city has no ground heights of buildings.',
  deepest: 'The deepest {count}',
  depth: 'Water (m)',
  pand: 'Building',
  address: 'Address',
  csv: 'All affected buildings as CSV',
};

export const words = { nl, en };
