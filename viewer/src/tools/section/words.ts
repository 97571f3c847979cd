import type { English } from '../../i18n';

const nl = {
  mode: 'Snijden',
  level: 'Op een hoogte',
  upright: 'Rechtop',
  height: 'Hoogte van de snede (m NAP)',
  bearing: 'Kijkrichting van de snede (graden)',
  offset: 'Verschuiving vanuit het midden (m)',
  help: 'Wat weg is gesneden, werpt ook geen schaduw. Het vlak van de snede is donker.',
} as const;

const en: English<typeof nl> = {
  mode: 'Cut',
  level: 'At a height',
  upright: 'Upright',
  height: 'Height of the cut (m above NAP)',
  bearing: 'Direction of view of the cut (degrees)',
  offset: 'Shift from the middle (m)',
  help: 'What is cut away casts no shadow either. The face of the cut is dark.',
};

export const words = { nl, en };
