import type { English } from '.';

const nl = {
  'colour.of': 'Soort object',
  'colour.by': 'Kleur op',
  'colour.none': 'Geen: kaartkleuren',
  'colour.legend': 'Legenda: {label}',
  'colour.class': 'Klasse',
  'colour.number': 'Aantal',
  'colour.nodata': 'Geen gegevens',
  'colour.other': 'Overig ({count} waarden)',
  'colour.total': 'Totaal',
  'colour.below': 'tot {to}',
  'colour.range': '{from} tot {to}',
  'colour.above': 'vanaf {from}',
  'colour.true': 'Ja',
  'colour.false': 'Nee',
  'colour.loading': 'Waarden ophalen…',
  'colour.failed': 'De waarden van “{label}” konden niet worden opgehaald. Kies het kenmerk opnieuw om het nog eens te proberen.',
  'colour.unknown': 'Deze stad heeft geen “{label}” om op te kleuren.',
  'colour.empty': 'Voor “{label}” heeft geen enkel object een waarde.',
} as const;

const en: English<typeof nl> = {
  'colour.of': 'Kind of object',
  'colour.by': 'Colour by',
  'colour.none': 'None: map colours',
  'colour.legend': 'Legend: {label}',
  'colour.class': 'Class',
  'colour.number': 'Number',
  'colour.nodata': 'No data',
  'colour.other': 'Other ({count} values)',
  'colour.total': 'Total',
  'colour.below': 'below {to}',
  'colour.range': '{from} to {to}',
  'colour.above': 'from {from}',
  'colour.true': 'Yes',
  'colour.false': 'No',
  'colour.loading': 'Fetching values…',
  'colour.failed': 'The values of “{label}” could not be fetched. Choose the attribute again to retry.',
  'colour.unknown': 'This city has no “{label}” to colour by.',
  'colour.empty': 'No object has a value for “{label}”.',
};

export const colour = { nl, en };
