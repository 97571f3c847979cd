import type { English } from '.';

const nl = {
  'toolbox.label': 'Gereedschap',
  'toolbox.on': '{tool}, in gebruik',
  'toolbox.close': '{tool} sluiten',
  'toolbox.clear': 'Wissen',
  'toolbox.loading': 'Gereedschap laden…',
  'toolbox.failed': '“{tool}” kon niet worden geladen. Controleer de verbinding en probeer het opnieuw.',
  'toolbox.misfit': 'Een deel van de link past niet bij deze stad en is weggelaten: {tool}.',
  'toolbox.filter': 'Filter',
  'toolbox.table': 'Tabel',
  'toolbox.walk': 'Lopen',
  'toolbox.sun': 'Zon',
  'toolbox.measure': 'Meten',
  'toolbox.section': 'Doorsnede',
  'toolbox.sight': 'Zicht',
  'toolbox.water': 'Water',
  'toolbox.scenario': 'Variant',
  'toolbox.share': 'Beeld',
} as const;

const en: English<typeof nl> = {
  'toolbox.label': 'Tools',
  'toolbox.on': '{tool}, in use',
  'toolbox.close': 'Close {tool}',
  'toolbox.clear': 'Clear',
  'toolbox.loading': 'Loading the tool…',
  'toolbox.failed': '“{tool}” could not be loaded. Check the connection and try again.',
  'toolbox.misfit': 'Part of the link does not fit this city, and is left out: {tool}.',
  'toolbox.filter': 'Filter',
  'toolbox.table': 'Table',
  'toolbox.walk': 'Walk',
  'toolbox.sun': 'Sun',
  'toolbox.measure': 'Measure',
  'toolbox.section': 'Section',
  'toolbox.sight': 'Sight',
  'toolbox.water': 'Water',
  'toolbox.scenario': 'Variant',
  'toolbox.share': 'Picture',
};

export const toolbox = { nl, en };
