import type { English } from '.';

const nl = {
  'error.heading': 'De stad kan niet worden getoond',
  'error.unreachable': 'De server van deze stad antwoordt niet. Start hem met “twin serve” en probeer het opnieuw.',
  'error.no-twin': 'Er is nog geen stad gebouwd. Bouw hem met “twin build” en start daarna “twin serve”.',
  'error.server': 'De server meldt een fout. Kijk in het logboek van “twin serve” en probeer het opnieuw.',
  'error.webgl': 'Deze browser kan geen 3D tekenen (WebGL 2 ontbreekt). Zet hardwareversnelling aan in de browserinstellingen, of gebruik een recente versie van Firefox, Chrome, Edge of Safari.',
  'error.no-tiles': 'Deze stad heeft geen 3D-tegels. Bouw hem opnieuw met “twin build”.',
  'error.lost': 'De grafische kaart is gestopt met tekenen. Laad de pagina opnieuw.',
  'error.tiles': 'Een deel van de laag “{theme}” kon niet worden geladen. Laad de pagina opnieuw, of bouw de stad opnieuw met “twin build”.',
  'error.retry': 'Opnieuw proberen',
  'error.dismiss': 'Melding sluiten',
} as const;

const en: English<typeof nl> = {
  'error.heading': 'The city cannot be shown',
  'error.unreachable': 'The server of this city does not answer. Start it with “twin serve” and try again.',
  'error.no-twin': 'No city has been built yet. Build it with “twin build”, then start “twin serve”.',
  'error.server': 'The server reports an error. Look in the log of “twin serve” and try again.',
  'error.webgl': 'This browser cannot draw in 3D (WebGL 2 is missing). Turn on hardware acceleration in the browser settings, or use a recent version of Firefox, Chrome, Edge or Safari.',
  'error.no-tiles': 'This city has no 3D tiles. Build it again with “twin build”.',
  'error.lost': 'The graphics card stopped drawing. Reload the page.',
  'error.tiles': 'Part of the layer “{theme}” could not be loaded. Reload the page, or build the city again with “twin build”.',
  'error.retry': 'Try again',
  'error.dismiss': 'Dismiss message',
};

export const errors = { nl, en };
