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
  'error.offline': 'Er is geen verbinding met de server. Wat u deed blijft staan; zodra de server er weer is, gaat de viewer verder.',
  'error.online': 'De verbinding is er weer.',
  'error.rebuilt': 'Deze stad is intussen opnieuw gebouwd: nummers en vormen kunnen anders zijn. Ververs de pagina; beeld, filter en metingen blijven.',
  'error.refresh': 'Pagina verversen',
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
  'error.offline': 'There is no connection with the server. What you did stays; the viewer goes on as soon as the server is back.',
  'error.online': 'The connection is back.',
  'error.rebuilt': 'This city has been built again meanwhile: ids and shapes may differ. Refresh the page; view, filter and measures stay.',
  'error.refresh': 'Refresh the page',
  'error.retry': 'Try again',
  'error.dismiss': 'Dismiss message',
};

export const errors = { nl, en };
