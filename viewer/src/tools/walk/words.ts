import type { English } from '../../i18n';

const nl = {
  choose: 'Klik waar u wilt staan, of druk op Enter voor het midden van het beeld.',
  walking: 'U staat op ooghoogte, {height} m NAP.',
  keys: 'Pijl omhoog en omlaag lopen, links en rechts draaien, Shift met links en rechts stapt opzij, Page Up en Page Down kijken op en neer. Slepen kijkt rond.',
  blocked: 'Hier staat een pand in de weg.',
} as const;

const en: English<typeof nl> = {
  choose: 'Click where you want to stand, or press Enter for the middle of the view.',
  walking: 'You stand at eye height, {height} m above NAP.',
  keys: 'Arrow up and down walk, left and right turn, Shift with left and right steps aside, Page Up and Page Down look up and down. Dragging looks around.',
  blocked: 'A building stands in the way here.',
};

export const words = { nl, en };
