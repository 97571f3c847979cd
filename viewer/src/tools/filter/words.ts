import type { English } from '../../i18n';

const nl = {
  add: 'Voorwaarde toevoegen',
  choose: 'Kies een gegeven',
  from: 'Vanaf',
  to: 'Tot en met',
  contains: 'Bevat de tekst',
  none: 'Alleen waar dit onbekend is',
  remove: 'Voorwaarde weghalen: {label}',
  count: '{count} van {total} panden voldoen.',
  all: 'Zonder voorwaarde voldoen alle panden.',
  counting: 'Panden zoeken…',
  failed: 'Het filter kon niet worden toegepast. Controleer de verbinding en verander een voorwaarde om het opnieuw te proberen.',
  table: 'Tonen in een tabel',
  yes: 'Ja',
  no: 'Nee',
  help: 'Panden die aan alle voorwaarden voldoen, houden hun kleur; de andere worden bleek.',
} as const;

const en: English<typeof nl> = {
  add: 'Add a condition',
  choose: 'Choose an attribute',
  from: 'From',
  to: 'Up to and including',
  contains: 'Contains the text',
  none: 'Only where this is unknown',
  remove: 'Remove condition: {label}',
  count: '{count} of {total} buildings match.',
  all: 'Without a condition all buildings match.',
  counting: 'Looking for buildings…',
  failed: 'The filter could not be applied. Check the connection and change a condition to try again.',
  table: 'Show in a table',
  yes: 'Yes',
  no: 'No',
  help: 'Buildings that meet all conditions keep their colour; the others turn pale.',
};

export const words = { nl, en };
