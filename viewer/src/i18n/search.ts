import type { English } from '.';

const nl = {
  'search.label': 'Zoek een adres, straat, postcode of nummer',
  'search.placeholder': 'Adres, straat, postcode of nummer',
  'search.results': 'Gevonden plaatsen',
  'search.count': '{count} gevonden',
  'search.none': 'Niets gevonden voor “{text}”. Controleer de spelling of zoek op postcode.',
  'search.failed': 'Zoeken lukt nu niet. Probeer het zo opnieuw.',
} as const;

const en: English<typeof nl> = {
  'search.label': 'Search an address, street, postcode or number',
  'search.placeholder': 'Address, street, postcode or number',
  'search.results': 'Places found',
  'search.count': '{count} found',
  'search.none': 'Nothing found for “{text}”. Check the spelling or search by postcode.',
  'search.failed': 'Searching does not work right now. Try again in a moment.',
};

export const search = { nl, en };
