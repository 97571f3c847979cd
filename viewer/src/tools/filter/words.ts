import type { English } from '../../i18n';

const nl = {
  of: 'Soort object',
  add: 'Voorwaarde toevoegen',
  choose: 'Kies een gegeven',
  from: 'Vanaf',
  to: 'Tot en met',
  contains: 'Bevat de tekst',
  none: 'Alleen waar dit onbekend is',
  remove: 'Voorwaarde weghalen: {label}',
  count: '{count} van {total} panden voldoen.',
  all: 'Zonder voorwaarde voldoen alle panden.',
  'count.other': '{count} van {total} objecten voldoen.',
  'all.other': 'Zonder voorwaarde voldoen alle objecten van deze soort.',
  counting: 'Zoeken…',
  failed: 'Het filter kon niet worden toegepast. Controleer de verbinding en verander een voorwaarde om het opnieuw te proberen.',
  table: 'Tonen in een tabel',
  yes: 'Ja',
  no: 'Nee',
  help: 'Wat aan alle voorwaarden voldoet, houdt zijn kleur; de andere objecten van deze soort worden bleek.',
} as const;

const en: English<typeof nl> = {
  of: 'Kind of object',
  add: 'Add a condition',
  choose: 'Choose an attribute',
  from: 'From',
  to: 'Up to and including',
  contains: 'Contains the text',
  none: 'Only where this is unknown',
  remove: 'Remove condition: {label}',
  count: '{count} of {total} buildings match.',
  all: 'Without a condition all buildings match.',
  'count.other': '{count} of {total} objects match.',
  'all.other': 'Without a condition all objects of this kind match.',
  counting: 'Searching…',
  failed: 'The filter could not be applied. Check the connection and change a condition to try again.',
  table: 'Show in a table',
  yes: 'Yes',
  no: 'No',
  help: 'What meets all conditions keeps its colour; the other objects of this kind turn pale.',
};

export const words = { nl, en };
